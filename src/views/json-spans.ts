/** One line of pretty-printed JSON in colours: names, strings, numbers, literals. */
import { type Span, type StyledLine, span } from '../tui/styled-line.ts';
import type { Token } from '../tui/theme.ts';

const word = /("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)|([^"\dtfn-]+|.)/g;

export function jsonSpans(line: string): StyledLine {
  const spans: Span[] = [];
  for (const [whole, string, colon, number, literal] of line.matchAll(word)) {
    if (string !== undefined && colon !== undefined) spans.push(span(string, 'name'), span(colon, 'muted'));
    else spans.push(span(whole, tokenOf(string, number, literal)));
  }
  return spans;
}

function tokenOf(string: string | undefined, number: string | undefined, literal: string | undefined): Token {
  if (string !== undefined) return 'string';
  if (number !== undefined) return 'number';
  return literal === undefined ? 'muted' : 'literal';
}
