/** What stands in the place of a secret. */
export const redactedValue = '[redacted]';

/** Whether something was taken out of a header value or request target at capture, e.g. `Bearer [redacted]`. */
export function isRedacted(value: string): boolean {
  return value.includes(redactedValue);
}
