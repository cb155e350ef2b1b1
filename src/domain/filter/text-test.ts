/** Text operators → a matcher over one string. One engine for all of them: linear time, upper and lower case alike. */
import { fault } from './fault.ts';
import { type Expression, prefix, whole, wildcard } from './pattern/expression.ts';
import { createMatcher, type Matcher } from './pattern/matcher.ts';
import { readRegex } from './pattern/read-regex.ts';
import { type Token, unescapeText } from './token.ts';

/** How much of the value the text has to match. */
export type Extent = 'part' | 'prefix' | 'whole';

/** A matcher for a word, a quoted text or a value with wildcards. */
export function textMatcher(token: Token, extent: Extent): Matcher {
  if (token.quoted || !token.text.includes('*')) return literalMatcher(unescapeText(token.text), extent);
  const text = wildcard(token.text);
  return matcherAt(token, () => (extent === 'whole' ? whole(text) : extent === 'prefix' ? prefix(text) : text));
}

/**
 * Plain text is left to the engine, which is several times faster at it: without repetitions it has nothing to backtrack over.
 */
function literalMatcher(text: string, extent: Extent): Matcher {
  const escaped = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const pattern = new RegExp(`${extent === 'part' ? '' : '^'}${escaped}${extent === 'whole' ? '$' : ''}`, 'i');
  return (held) => pattern.test(held);
}

/** A matcher for a regular expression. */
export function regexMatcher(token: Token): Matcher {
  const source = token.quoted ? token.text.replaceAll('\\"', '"') : token.text;
  return matcherAt(token, () => readRegex(source));
}

/** A matcher, or a fault that points at the text it was to be read from. */
export function matcherAt(token: Token, read: () => Expression): Matcher {
  try {
    return createMatcher(read());
  } catch (thrown) {
    return fault(token, `${thrown instanceof Error ? thrown.message : String(thrown)}.`);
  }
}
