/** What a reader keeps of one message. */
export interface HttpLimits {
  /** Bytes of a head; Node accepts 16 KiB, nginx 32 KiB. */
  readonly headBytes: number;
  /** Wire bytes of a body; no capture level hands over more of one message. */
  readonly bodyBytes: number;
}

export const defaultHttpLimits: HttpLimits = { headBytes: 65_536, bodyBytes: 65_536 };
