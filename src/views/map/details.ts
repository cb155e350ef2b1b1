/** The strip below the map: everything about the chosen node or edge in a few lines. */
import { formatBytes, formatCount, formatRate, formatSparkline, severityMark } from '../../domain/format/index.ts';
import { cellWidth } from '../../tui/cells.ts';
import { plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import type { Figures } from './figures.ts';
import type { MapEdge, MapNode } from './graph.ts';
import { kindGlyph, kindWord, type NodeKind } from './kinds.ts';
import { errorsText, fullName, latencyText, markOf, nameText, nameWidth, severityToken } from './labels.ts';

export interface Detail {
  readonly width: number;
  readonly height: number;
  readonly ui: Ui;
}

export interface Neighbours {
  readonly callers: number;
  readonly callees: number;
}

export function nodeDetails(
  node: MapNode,
  { callers, callees }: Neighbours,
  gone: boolean,
  detail: Detail,
): readonly StyledLine[] {
  const { glyphs } = detail.ui;
  const name = fullName(node);
  const heading: StyledLine = [
    span(
      `${markOf(node.figures, glyphs)}${kindGlyph(node.kind, glyphs.ascii)} `,
      severityToken(node.figures.severity, 'accent'),
    ),
    span(nameText(name, Math.min(nameWidth(name, glyphs), Math.max(12, detail.width - 44)), glyphs), 'strong'),
    span(`  ${kindWord(node.kind)}`, 'muted'),
    ...(gone ? [span('  silent', 'warning')] : []),
    ...fact('called by', String(callers)),
    ...fact('calls', node.calls > 0 ? `${callees} at ${formatRate(node.calls)}` : String(callees)),
    ...(node.pods > 0 ? fact('pods', String(node.pods)) : []),
    ...(node.selfCalls > 0 ? fact('itself', formatRate(node.selfCalls)) : []),
  ];
  return [heading, ...figureLines(node.figures, detail)];
}

export function edgeDetails(
  edge: MapEdge,
  source: MapNode,
  destination: MapNode,
  gone: boolean,
  detail: Detail,
): readonly StyledLine[] {
  const { glyphs } = detail.ui;
  const room = Math.max(10, Math.floor((detail.width - 30) / 2));
  const name = (node: MapNode) => nameText(fullName(node), Math.min(nameWidth(fullName(node), glyphs), room), glyphs);
  const spoken = edge.rows.map(
    ({ row }) => `${nameText(String(row.protocol), Math.min(12, String(row.protocol).length), glyphs)}:${row.port}`,
  );
  const heading: StyledLine = [
    span(`${markOf(edge.figures, glyphs)}`, severityToken(edge.figures.severity, 'text')),
    span(name(source), 'strong'),
    span(glyphs.ascii ? ' --> ' : ' ─▶ ', severityToken(edge.figures.severity, 'accent')),
    span(name(destination), 'strong'),
    span(`  ${spoken.slice(0, 4).join(' ')}${spoken.length > 4 ? ` +${spoken.length - 4}` : ''}`, 'muted'),
    ...(gone ? [span('  silent', 'warning')] : []),
  ];
  return [heading, ...figureLines(edge.figures, detail, true)];
}

function figureLines(
  figures: Figures,
  { width, height, ui: { glyphs } }: Detail,
  isEdge = false,
): readonly StyledLine[] {
  const { ascii } = glyphs;
  const bars = Math.max(8, Math.min(60, Math.floor(width / 4)));
  const bad = severityToken(figures.severity, 'text');
  const line =
    figures.series.length > 0
      ? [span(' '), span(formatSparkline(figures.series, { width: bars, ascii }), 'border')]
      : [];
  const facts: StyledLine[] = [
    [...fact('rate', formatRate(figures.rate), 'number'), ...line],
    fact('errors', errorsText(figures), (figures.errors ?? 0) > 0 ? bad : 'text'),
    fact('p50', latencyText(figures.p50, glyphs)),
    fact('p90', latencyText(figures.p90, glyphs)),
    fact('p99', latencyText(figures.p99, glyphs)),
    fact('in', `${formatBytes(figures.inBytes)}B/s`),
    fact('out', `${formatBytes(figures.outBytes)}B/s`),
    ...(isEdge
      ? [
          fact('connections', formatCount(figures.connections)),
          fact('failed connects', formatCount(figures.failed), figures.failed > 0 ? 'error' : 'text'),
          fact('RTT', latencyText(figures.rtt, glyphs)),
          fact('network', latencyText(figures.network, glyphs)),
          fact('retransmits', formatCount(figures.retransmits), figures.retransmits > 0 ? 'warning' : 'text'),
        ]
      : []),
  ];
  return flow(facts, width, height - 1);
}

function fact(name: string, value: string, token: Token = 'text'): StyledLine {
  return [span(`  ${name} `, 'muted'), span(value, token)];
}

/** Facts side by side, on as many lines as there are. */
function flow(facts: readonly StyledLine[], width: number, lines: number): readonly StyledLine[] {
  const flowed: StyledLine[] = [];
  let line: StyledLine = [];
  let room = width;
  for (const each of facts) {
    const cells = cellWidth(plainText(each));
    if (cells > room && line.length > 0) {
      flowed.push(line);
      line = [];
      room = width;
    }
    line = [...line, ...each];
    room -= cells;
  }
  if (line.length > 0) flowed.push(line);
  return flowed.slice(0, Math.max(0, lines));
}

/** What the glyphs and marks on this map mean, as far as there is room. */
export function legend(kinds: readonly NodeKind[], { width, ui: { glyphs } }: Detail): StyledLine {
  const { ascii } = glyphs;
  const entries: StyledLine[] = [
    ...kinds.map((kind): StyledLine => [span(`  ${kindGlyph(kind, ascii)} `, 'accent'), span(kindWord(kind), 'muted')]),
    [span(`  ${severityMark('bad', { ascii })} `, 'error'), span('failing or very slow', 'muted')],
    [span(`  ${severityMark('warn', { ascii })} `, 'warning'), span('some errors, or slow', 'muted')],
    [span(`  ${(ascii ? '.' : '┈').repeat(3)} `, 'muted'), span('silent', 'muted')],
  ];
  return flow(entries, width, 1)[0] ?? [];
}
