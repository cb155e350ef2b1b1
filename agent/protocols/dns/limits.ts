/** How long a question waits, and how many are remembered. Times are captured nanoseconds. */
export interface DnsLimits {
  /** A question is shown as in flight from this age on. */
  readonly inFlightNanos: number;
  /**
   * A question counts as unanswered so long after it was sent last. Resolvers wait five seconds and then send it again
   * (resolv.conf(5), timeout): a little more keeps that the same question.
   */
  readonly unansweredNanos: number;
  /** What is over stays known for so long: answers to repeated questions come twice, some come late. */
  readonly lingerNanos: number;
  /** Questions that wait for an answer; beyond it the oldest go first. */
  readonly pending: number;
  /** Ends remembered with the questions between them. */
  readonly conversations: number;
}

export const defaultDnsLimits: DnsLimits = {
  inFlightNanos: 1e9,
  unansweredNanos: 5.25e9,
  lingerNanos: 10e9,
  pending: 16_384,
  conversations: 16_384,
};
