/** Numbers with units, as people write them in a filter. */

/** A number as written; a shown value within `tolerance` of it is the same number. */
export interface Quantity {
  readonly value: number;
  /** Half of the last digit written: `12.4ms` is anything from 12.35 to 12.45 ms. */
  readonly tolerance: number;
}

const durationUnits: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86400e9,
};
const decimalUnits: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const binaryUnits: Readonly<Record<string, number>> = { ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40 };

/** `200ms`, `1.5s`, `50us`, `1m30s` → nanoseconds; a string says what is wrong. */
export function readDuration(text: string): Quantity | string {
  const pieces = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-zµμ]*)/giu)];
  const example = 'a duration such as 200ms, 1.5s or 50us';
  if (pieces.length === 0 || pieces.map((piece) => piece[0]).join('') !== text) return `'${text}' is not ${example}.`;
  let value = 0;
  let tolerance = 0;
  for (const [, digits = '', name = ''] of pieces) {
    if (name === '' && Number(digits) !== 0) return `'${text}' needs a unit: ns, us, ms, s, m or h, as in ${digits}ms.`;
    const unit = name === '' ? 1 : durationUnits[name.toLowerCase()];
    if (unit === undefined) return `'${name}' is not a unit of time: use ns, us, ms, s, m or h.`;
    value += Number(digits) * unit;
    tolerance = name === '' ? 0 : halfDigit(digits) * unit;
  }
  return { value, tolerance };
}

/** `1234`, `10kb` (10,000), `1MiB` (1,048,576), `1.2k` → bytes; a string says what is wrong. */
export function readBytes(text: string): Quantity | string {
  const [, digits, name = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  if (digits === undefined) return `'${text}' is not a size such as 1234, 10kb or 1MiB.`;
  const bare = name.toLowerCase().replace(/b$/, '');
  const unit = bare === '' ? 1 : (decimalUnits[bare] ?? binaryUnits[bare]);
  if (unit === undefined) return `'${name}' is not a unit of size: use b, kb, mb, gb (1000) or kib, mib, gib (1024).`;
  return { value: Number(digits) * unit, tolerance: bare === '' ? 0 : halfDigit(digits) * unit };
}

/** `8080`, `1.5k` → a number; a string says what is wrong. */
export function readCount(text: string): Quantity | string {
  const [, digits, name = ''] = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(text) ?? [];
  if (digits === undefined) return `'${text}' is not a number.`;
  const unit = decimalUnits[name.toLowerCase()] ?? 1;
  return { value: Number(digits) * unit, tolerance: name === '' ? 0 : halfDigit(digits) * unit };
}

/** `12/s`, `1.5k/s`, or the same without `/s` → per second. No rate is exactly what is written: the last digit is rounded. */
export function readRate(text: string, readAmount: (text: string) => Quantity | string): Quantity | string {
  const amount = readAmount(text.replace(/\/s$/i, ''));
  if (typeof amount === 'string' || amount.tolerance > 0) return amount;
  return { value: amount.value, tolerance: halfDigit(/[\d.]+/.exec(text)?.[0] ?? '') };
}

/** `5%`, `12.5%`, or a bare number of percent, as the column shows it → a share; a string says what is wrong. */
export function readShare(text: string): Quantity | string {
  const [, digits] = /^(\d+(?:\.\d+)?)%?$/.exec(text) ?? [];
  if (digits === undefined) return `'${text}' is not a share such as 5% or 0.5%.`;
  return { value: Number(digits) / 100, tolerance: halfDigit(digits) / 100 };
}

/** ISO 8601 with an offset or Z, up to nanoseconds → Unix nanoseconds; a string says what is wrong. */
export function readTime(text: string): bigint | string {
  const [, whole, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i.exec(text) ?? [];
  const seconds = whole === undefined ? Number.NaN : Date.parse(`${whole}${zone}`);
  if (Number.isNaN(seconds)) return `'${text}' is not a time such as 2026-01-31T12:00:00Z.`;
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function halfDigit(digits: string): number {
  const decimals = digits.split('.')[1]?.length ?? 0;
  return 0.5 / 10 ** decimals;
}
