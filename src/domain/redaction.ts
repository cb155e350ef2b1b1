/** What stands in the place of a secret. */
export const redactedValue = '[redacted]';

/** Whether a header value was taken out at capture. */
export function isRedacted(value: string): boolean {
  return value === redactedValue;
}
