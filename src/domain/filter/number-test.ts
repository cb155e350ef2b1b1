/** Comparisons of numbers: durations, sizes, counts, ports and status codes. */
import type { SemanticType, Value } from '../column.ts';
import { fault } from './fault.ts';
import { type Operator, type Token, unescapeText } from './token.ts';
import { type Quantity, readBytes, readCount, readDuration, readRate, readShare } from './units.ts';

type Test = (value: NonNullable<Value>) => boolean;

/** @throws FilterFault for a value that is no such number. */
export function numberTest(type: SemanticType, operator: Operator, token: Token): Test {
  const range = readRange(type, token);
  switch (operator) {
    case '>':
      return (value) => typeof value === 'number' && value > range.high;
    case '>=':
      return (value) => typeof value === 'number' && value >= range.low;
    case '<':
      return (value) => typeof value === 'number' && value < range.low;
    case '<=':
      return (value) => typeof value === 'number' && value <= range.high;
    default:
      return (value) => typeof value === 'number' && value >= range.equalLow && value <= range.equalHigh;
  }
}

interface NumberRange {
  /** `<` is below low, `>` above high: they differ for `5xx`. */
  readonly low: number;
  readonly high: number;
  /** What counts as equal: all that would be written like this. */
  readonly equalLow: number;
  readonly equalHigh: number;
}

function readRange(type: SemanticType, token: Token): NumberRange {
  const text = unescapeText(token.text);
  const status = type === 'status' ? readStatus(text) : undefined;
  if (typeof status === 'object') return status;
  const quantity = status ?? readQuantity(type, text);
  if (typeof quantity === 'string') return fault(token, quantity);
  const { value, tolerance } = quantity;
  return { low: value, high: value, equalLow: value - tolerance, equalHigh: value + tolerance };
}

function readQuantity(type: SemanticType, text: string): Quantity | string {
  if (type === 'duration') return readDuration(text);
  if (type === 'bytes') return readBytes(text);
  if (type === 'byterate') return readRate(text, readBytes);
  if (type === 'rate') return readRate(text, readCount);
  if (type === 'percent') return readShare(text);
  return readCount(text);
}

/** `404` or a class such as `5xx`. */
function readStatus(text: string): NumberRange | string {
  const [, hundreds] = /^([1-9])xx$/i.exec(text) ?? [];
  if (hundreds !== undefined) {
    const low = Number(hundreds) * 100;
    return { low, high: low + 99, equalLow: low, equalHigh: low + 99 };
  }
  if (!/^\d{1,3}$/.test(text)) return `'${text}' is not a status: write one such as 404, or a class such as 5xx.`;
  const value = Number(text);
  return { low: value, high: value, equalLow: value, equalHigh: value };
}
