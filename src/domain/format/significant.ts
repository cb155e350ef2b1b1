/** Three digits are what an eye compares; more only flicker. */

/** A number below 1000 with three significant digits: `1.23`, `12.3`, `123`. */
export function threeDigits(value: number): string {
  const decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return value.toFixed(decimals);
}
