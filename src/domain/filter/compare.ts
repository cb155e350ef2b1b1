/** `field op value` → a test of one value, by the column's type. */
import type { SemanticType, Value } from '../column.ts';
import type { FieldColumn } from './column-of.ts';
import { fault } from './fault.ts';
import { headersTest } from './headers-test.ts';
import { numberTest } from './number-test.ts';
import { routeTest } from './route-test.ts';
import { nearest } from './suggest.ts';
import type { Node } from './syntax.ts';
import { type Extent, regexMatcher, textMatcher } from './text-test.ts';
import { type Operator, type Token, unescapeText } from './token.ts';
import { readTime } from './units.ts';

export type Comparison = Extract<Node, { readonly kind: 'compare' }>;

/** Whether a known value passes. Values of another type than the column's never do. */
export type Test = (value: NonNullable<Value>) => boolean;

/** What `:` asks for, per type: to be the value, to begin with it, or (any type not here) to contain it. */
const colonExtent: Partial<Record<SemanticType, Extent>> = { method: 'whole', namespace: 'whole', ip: 'prefix' };

const numbers = new Set<SemanticType>([
  'duration',
  'bytes',
  'byterate',
  'rate',
  'percent',
  'count',
  'port',
  'status',
  'time',
]);

const notText = new Set<SemanticType>(['bool', 'sketch', 'series']);

/** Whether `>` and `<` make sense for a type. */
export function isOrdered(type: SemanticType): boolean {
  return numbers.has(type);
}

/** Whether `~` makes sense for a type. */
export function isTextual(type: SemanticType): boolean {
  return type === 'status' || type === 'port' || type === 'count' || !(numbers.has(type) || notText.has(type));
}

/**
 * The test for any of the values (for `!=` and `!~`: for none of them).
 *
 * @throws FilterFault when operator or value do not suit the column.
 */
export function comparisonTest(column: FieldColumn, comparison: Comparison): Test {
  const { field, operator, operatorToken, values } = comparison;
  const { type } = column.spec;
  if (type === 'sketch' || type === 'series') {
    fault(field, `'${field.text}' holds ${kindName(type)}, which has no single value to compare.`);
  }
  if (!isOrdered(type) && /[<>]/.test(operator)) {
    fault(
      operatorToken,
      `'${field.text}' holds ${kindName(type)}, which has no order: use = : ~ or != instead of ${operator}.`,
    );
  }
  if (!isTextual(type) && (operator === '~' || operator === '!~')) {
    fault(operatorToken, `'${field.text}' holds ${kindName(type)}, not text: use = or != instead of ${operator}.`);
  }
  const negated = operator === '!=' || operator === '!~';
  const positive: Operator = operator === '!=' ? '=' : operator === '!~' ? '~' : operator;
  const tests = values.map((value) => valueTest(column, positive, value, operatorToken));
  const any = anyOf(tests);
  return negated ? (value) => !any(value) : any;
}

function valueTest(column: FieldColumn, operator: Operator, value: Token, operatorToken: Token): Test {
  if (value.text === '' && !value.quoted) {
    fault(operatorToken, `'${operatorToken.text}' needs a value right behind it.`);
  }
  const { type } = column.spec;
  if (!value.quoted && value.text.startsWith('(') && operator !== '~') {
    fault(value, `A list needs no parentheses: write ${column.id}${operator}a,b.`);
  }
  if (type === 'headers') return headersTest(column.header, operator, value);
  if (column.read && column.id === 'route') return routeTest(operator, value);
  if (operator === '~') {
    const matches = regexMatcher(value);
    if (type === 'body') return bodyTest(matches);
    return numbers.has(type) ? (held) => matches(String(held)) : stringTest(matches);
  }
  if (value.text === '*' && !value.quoted) return () => true;
  if (type === 'time') return timeTest(operator, value);
  if (numbers.has(type)) return numberTest(type, operator, value);
  if (type === 'bool') return boolTest(value);
  if (type === 'enum') checkMember(column, operator, value);
  if (type === 'owner' && operator !== ':') return ownerTest(value);
  const matches = textMatcher(value, operator === ':' ? (colonExtent[type] ?? 'part') : 'whole');
  return type === 'body' ? bodyTest(matches) : stringTest(matches);
}

/** What a column holds, in a sentence. */
function kindName(type: SemanticType): string {
  const names: Partial<Record<SemanticType, string>> = {
    bool: 'true or false',
    bytes: 'a size',
    duration: 'a duration',
    headers: 'headers',
    time: 'a time',
    rate: 'a rate',
    byterate: 'a rate',
    percent: 'a share',
    sketch: 'a distribution',
    series: 'a course over time',
  };
  return names[type] ?? 'text';
}

function stringTest(matches: (text: string) => boolean): Test {
  return (held) => typeof held === 'string' && matches(held);
}

/** "Deployment/api" is that, "Deployment" any of the kind, "api" whoever has the name. */
function ownerTest(value: Token): Test {
  const matches = textMatcher(value, 'whole');
  return stringTest((text) => {
    const slash = text.indexOf('/');
    return matches(text) || (slash > 0 && (matches(text.slice(0, slash)) || matches(text.slice(slash + 1))));
  });
}

function bodyTest(matches: (text: string) => boolean): Test {
  const decoder = new TextDecoder();
  return (held) => held instanceof Uint8Array && matches(decoder.decode(held));
}

function boolTest(value: Token): Test {
  const text = value.text.toLowerCase();
  const wanted = /^(true|yes|1|on)$/.test(text);
  if (!wanted && !/^(false|no|0|off)$/.test(text)) fault(value, `'${value.text}' is neither true nor false.`);
  return (held) => held === wanted;
}

function timeTest(operator: Operator, value: Token): Test {
  const wanted = readTime(unescapeText(value.text));
  if (typeof wanted === 'string') return fault(value, wanted);
  switch (operator) {
    case '>':
      return (held) => typeof held === 'bigint' && held > wanted;
    case '>=':
      return (held) => typeof held === 'bigint' && held >= wanted;
    case '<':
      return (held) => typeof held === 'bigint' && held < wanted;
    case '<=':
      return (held) => typeof held === 'bigint' && held <= wanted;
    default:
      return (held) => held === wanted;
  }
}

/** A value that no row can have is a mistake, not an empty table. */
function checkMember({ id, spec }: FieldColumn, operator: Operator, value: Token): void {
  const members = spec.values ?? [];
  const matches = textMatcher(value, operator === ':' ? 'part' : 'whole');
  if (members.length === 0 || members.some(matches)) return;
  const suggestion = nearest(value.text, members);
  const hint = suggestion === undefined ? `it is one of ${members.join(', ')}` : `did you mean '${suggestion}'?`;
  fault(value, `'${id}' is never '${value.text}'; ${hint}${suggestion === undefined ? '.' : ''}`);
}

function anyOf(tests: readonly Test[]): Test {
  const [only] = tests;
  if (tests.length === 1 && only) return only;
  return (value) => {
    for (const test of tests) if (test(value)) return true;
    return false;
  };
}
