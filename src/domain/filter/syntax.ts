/** Tokens → tree. Loosest first: `or`, then space (and), then comma (or between alternatives), then `!`. */
import { fault } from './fault.ts';
import type { Operator, Token } from './token.ts';
import { tokenize } from './tokenize.ts';

/** A filter as a tree; spans point into the text. */
export type Node =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly Node[] }
  | { readonly kind: 'not'; readonly node: Node }
  /** Bare text in any column that bare words search. */
  | { readonly kind: 'search'; readonly word: Token }
  | {
      readonly kind: 'compare';
      readonly field: Token;
      readonly operator: Operator;
      readonly operatorToken: Token;
      /** Alternatives; none of them for `!=` and `!~`. */
      readonly values: readonly Token[];
    };

/** Longer text, or deeper nesting, than any person writes. */
const maxLength = 4096;
const maxDepth = 64;

/**
 * Reads filter text into its tree; empty text is `all`.
 *
 * @throws FilterFault at the word that does not fit.
 */
export function readSyntax(text: string): Node {
  if (text.length > maxLength) {
    fault({ at: maxLength, end: text.length }, `A filter has at most ${maxLength} characters.`);
  }
  const tokens = tokenize(text);
  let next = 0;
  let depth = 0;
  const peek = () => tokens[next]?.kind;
  /** The next token, or the last when there is none. */
  const here = () => tokens[next] ?? tokens.at(-1) ?? { at: 0, end: text.length };

  function either(): Node {
    const nodes = [both()];
    while (peek() === 'or') {
      next += 1;
      nodes.push(both());
    }
    return join('or', nodes);
  }

  function both(): Node {
    const nodes = [alternatives()];
    for (let kind = peek(); kind !== undefined && kind !== 'or' && kind !== 'close'; kind = peek()) {
      if (kind === 'and') next += 1;
      nodes.push(alternatives());
    }
    return join('and', nodes);
  }

  function alternatives(): Node {
    const nodes = [term()];
    while (peek() === 'comma') {
      next += 1;
      nodes.push(term());
    }
    return join('or', nodes);
  }

  function term(): Node {
    const token = tokens[next];
    if (token === undefined) return fault(here(), missing(tokens[next - 1]));
    next += 1;
    switch (token.kind) {
      case 'word':
        if (token.text === '-l') {
          fault(token, 'A label is written label.NAME=VALUE here, as in label.app=kuard.');
        }
        if (/^[=<>~]/.test(token.text)) fault(token, `'${token.text}' needs a column before it, as in status>=500.`);
        return { kind: 'search', word: token };
      case 'phrase':
      case 'pattern':
        return { kind: 'search', word: token };
      case 'field':
        return comparison(token);
      case 'not':
        return { kind: 'not', node: nested(token, term) };
      case 'open': {
        const node = nested(token, either);
        if (peek() !== 'close') fault(token, "This '(' is not closed: add ')'.");
        next += 1;
        return node;
      }
      case 'close':
        return fault(
          token,
          tokens[next - 2]?.kind === 'open' ? 'There is nothing between ( and ).' : "This ')' has no '(' before it.",
        );
      default:
        return fault(token, `'${token.text}' needs something before it.`);
    }
  }

  function nested(token: Token, inner: () => Node): Node {
    depth += 1;
    if (depth > maxDepth) fault(token, `Nested more than ${maxDepth} deep.`);
    const node = inner();
    depth -= 1;
    return node;
  }

  function comparison(field: Token): Node {
    const operatorToken = tokens[next];
    if (operatorToken === undefined) return fault(field, 'A comparison needs an operator.');
    next += 1;
    const values: Token[] = [];
    for (let value = tokens[next]; value?.kind === 'value'; value = tokens[next]) {
      values.push(value);
      next += 1;
      if (peek() === 'comma' && tokens[next + 1]?.kind === 'value') next += 1;
    }
    return { kind: 'compare', field, operator: canonical(operatorToken.text), operatorToken, values };
  }

  if (tokens.length === 0) return { kind: 'all' };
  const node = either();
  if (next < tokens.length) fault(here(), "This ')' has no '(' before it.");
  return node;
}

function join(kind: 'and' | 'or', nodes: readonly Node[]): Node {
  const [only] = nodes;
  return nodes.length === 1 && only ? only : { kind, nodes };
}

function canonical(operator: string): Operator {
  if (operator === '==') return '=';
  if (operator === '=~') return '~';
  return operator as Operator;
}

function missing(before: Token | undefined): string {
  if (before?.kind === 'not') return 'There is nothing behind this to negate.';
  if (before?.kind === 'open') return "This '(' is not closed: add ')'.";
  return `'${before?.text ?? ''}' needs something behind it.`;
}
