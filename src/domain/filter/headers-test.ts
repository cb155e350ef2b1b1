/** Tests of header lists: one header by name (`req_header.x-id=7`) or any line of them (`req_headers~gzip`). */
import type { HeaderList, Value } from '../column.ts';
import { regexMatcher, textMatcher } from './text-test.ts';
import type { Operator, Token } from './token.ts';

type Test = (value: NonNullable<Value>) => boolean;

/** With a name: passes when any header of that name does. Without: when any `Name: value` line does. */
export function headersTest(header: string | undefined, operator: Operator, value: Token): Test {
  const matches = operator === '~' ? regexMatcher(value) : textMatcher(value, operator === ':' ? 'part' : 'whole');
  if (header === undefined) {
    return (held) => isHeaders(held) && held.some(([name, text]) => matches(`${name}: ${text}`));
  }
  return (held) => isHeaders(held) && held.some(([name, text]) => isNamed(name, header) && matches(text));
}

/** Whether the list has a header of this (lower-case) name; of any name when undefined. */
export function hasHeader(held: Value | undefined, header: string | undefined): boolean {
  if (!isHeaders(held)) return false;
  return header === undefined ? held.length > 0 : held.some(([name]) => isNamed(name, header));
}

function isNamed(name: string, lowerCase: string): boolean {
  return name.length === lowerCase.length && name.toLowerCase() === lowerCase;
}

function isHeaders(held: Value | undefined): held is HeaderList {
  return Array.isArray(held);
}
