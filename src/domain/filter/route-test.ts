/** `route=/orders/{number}`: paths of a route template, query and origin left aside. */
import type { Value } from '../column.ts';
import { routeOf } from '../route/route.ts';
import { readRegex } from './pattern/read-regex.ts';
import { matcherAt, regexMatcher } from './text-test.ts';
import { type Operator, type Token, unescapeText } from './token.ts';

type Test = (value: NonNullable<Value>) => boolean;

/** `=` and `:` ask for a template, in which `{…}` and `*` stand for values; `~` looks into the template that a path has by its form. */
export function routeTest(operator: Operator, token: Token): Test {
  if (operator === '~') {
    const matches = regexMatcher(token);
    return (held) => typeof held === 'string' && matches(routeOf(held));
  }
  if (token.text === '*' && !token.quoted) return () => true;
  const matches = matcherAt(token, () => readRegex(patternOf(unescapeText(token.text), operator === ':')));
  return (held) => typeof held === 'string' && matches(pathOf(held));
}

function patternOf(template: string, isPart: boolean): string {
  const pieces = template.split(/\{[^}]*\}|\*/).map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  // The last value of a route that was cut for its depth holds the rest of the path.
  const last = template.endsWith('{…}') ? '[^?#]+' : '[^/?#]+';
  const inner = pieces.reduce((text, piece, at) => {
    return at === 0 ? piece : `${text}${at === pieces.length - 1 && piece === '' ? last : '[^/?#]+'}${piece}`;
  }, '');
  return isPart ? inner : `^${inner}$`;
}

function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  const path = end < 0 ? target : target.slice(0, end);
  return path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '') || '/';
}
