/** The title of the map: `map(all)[12 of 87 edges] by namespace ◉ shop/api </err>5%>`. */
import { formatCount } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';

export interface HeadingFacts {
  readonly namespaces: ReadonlySet<string>;
  readonly shown: number;
  readonly total: number;
  /** Nodes none of whose edges is shown. */
  readonly hiddenNodes: number;
  readonly collapsed: boolean;
  /** Name of the pinned node. */
  readonly focus: string | undefined;
  readonly filter: string;
  readonly matches: number;
  /** A better layout is being worked out. */
  readonly pending: boolean;
}

export function headingOf(facts: HeadingFacts): StyledLine {
  const { shown, total, hiddenNodes, focus, filter } = facts;
  const scope = facts.namespaces.size === 0 ? 'all' : [...facts.namespaces].map((name) => sanitizeLine(name)).join(' ');
  const count = shown === total ? formatCount(total) : `${formatCount(shown)} of ${formatCount(total)}`;
  return [
    span('map', 'title'),
    span('('),
    span(scope, 'titleScope'),
    span(')['),
    span(`${count} ${total === 1 ? 'edge' : 'edges'}`, 'titleCount'),
    span(']'),
    ...(hiddenNodes > 0 ? [span(` ${formatCount(hiddenNodes)} nodes not shown`, 'muted')] : []),
    ...(facts.collapsed ? [span(' by namespace', 'titleScope')] : []),
    ...(focus === undefined ? [] : [span(` pinned: ${sanitizeLine(focus)}`, 'titleScope')]),
    ...(filter === ''
      ? []
      : [span(` </${sanitizeLine(filter)}>`, 'titleFilter'), span(` ${formatCount(facts.matches)} match`, 'muted')]),
    ...(facts.pending ? [span(' laying out …', 'muted')] : []),
  ];
}
