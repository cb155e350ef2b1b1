/** The map as a list, for screens that are too small for boxes: each caller with what it calls, busiest first. */
import { cellWidth, fit } from '../../tui/cells.ts';
import type { Glyphs } from '../../tui/glyphs.ts';
import { plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import type { MapEdge, MapNode } from './graph.ts';
import { kindGlyph } from './kinds.ts';
import { errorsText, latencyText, loadText, markOf, nameText, nameWidth, severityToken } from './labels.ts';
import type { Emphasis } from './paint-boxes.ts';
import type { Selected } from './walk.ts';

/** One line: an edge, or a node nothing is known to call or be called by. */
export interface ListRow {
  readonly source: string;
  readonly edge: MapEdge | undefined;
  /** First of those of its source, and last. */
  readonly first: boolean;
  readonly last: boolean;
}

/** Callers in the order given by what they call; worst and busiest edges first, callers of callers before their callees. */
export function listRows(
  edges: readonly MapEdge[],
  nodes: readonly string[],
  layerOf: (node: string) => number,
): readonly ListRow[] {
  const groups = [...Map.groupBy(edges, ({ source }) => source)].sort(
    ([a], [b]) => layerOf(a) - layerOf(b) || (a < b ? -1 : 1),
  );
  const linked = new Set(edges.flatMap(({ source, destination }) => [source, destination]));
  const rows = groups.flatMap(([source, each]) =>
    each
      .toSorted((a, b) => layerOf(a.destination) - layerOf(b.destination) || (a.destination < b.destination ? -1 : 1))
      .map((edge, i) => ({ source, edge, first: i === 0, last: i === each.length - 1 })),
  );
  const alone = nodes.filter((id) => !linked.has(id));
  return [...rows, ...alone.map((source) => ({ source, edge: undefined, first: true, last: true }))];
}

export interface ListLook {
  readonly width: number;
  readonly ui: Ui;
  node(id: string): MapNode | undefined;
  edgeEmphasis(key: string): Emphasis;
  readonly selected: Selected | undefined;
}

/** Cells of the figures on the right: load, errors, p99, protocol. */
const figureWidths = [10, 7, 8, 6] as const;

export function listLine(row: ListRow, widths: readonly [source: number, destination: number], look: ListLook): string {
  const { ui, width, selected } = look;
  const { glyphs, theme } = ui;
  const { edge } = row;
  const emphasis = edge ? look.edgeEmphasis(edge.key) : 'plain';
  const quiet = emphasis === 'dimmed' || emphasis === 'gone';
  const isRow = selected?.kind === 'edge' && selected.key === edge?.key;
  const token = (otherwise: Token): Token => (quiet ? 'suggestion' : otherwise);
  const figures = edge?.figures;
  const severity = figures?.severity ?? 'none';
  const mark = figures ? markOf(figures, glyphs) : ' ';
  const line: StyledLine = [
    span(isRow ? '>' : ' '),
    span(mark, token(severityToken(severity, 'text'))),
    ...nameSpans(row.source, row.first, widths[0], look, token),
    span(` ${branch(row, emphasis, glyphs)} `, token(severityToken(severity, 'border'))),
    ...(edge
      ? nameSpans(edge.destination, true, widths[1], look, token)
      : [span(fit('no calls seen', widths[1]), token('muted'))]),
  ];
  const texts =
    figures && edge
      ? [loadText(figures), errorsText(figures), latencyText(figures.p99, glyphs), nameText(edge.protocol, 6, glyphs)]
      : [];
  const tokens: readonly Token[] = [
    'number',
    severityToken((figures?.errors ?? 0) > 0 ? severity : 'none', 'muted'),
    'text',
    'muted',
  ];
  const tail = texts.map((text, i) =>
    span(i === 3 ? ` ${text}` : ` ${fit(text, (figureWidths[i] ?? 7) - 1, 'right')}`, token(tokens[i] ?? 'text')),
  );
  const whole = [...line, ...tail];
  if (isRow)
    return theme.paintSelected(
      severityToken(severity, 'text'),
      fit(plainText(whole), width, 'left', 'end', glyphs.ellipsis),
    );
  const painted = whole.map(({ text, token: each }) =>
    each === 'selected' ? theme.paintSelected('text', text) : theme.paint(each, text),
  );
  const rest = Math.max(0, width - cellWidth(plainText(whole)));
  return painted.join('') + ' '.repeat(rest);
}

function nameSpans(
  id: string,
  shown: boolean,
  width: number,
  look: ListLook,
  token: (otherwise: Token) => Token,
): StyledLine {
  if (!shown) return [span(' '.repeat(width))];
  const { glyphs } = look.ui;
  const node = look.node(id);
  if (!node) return [span(nameText(id, width, glyphs), token('muted'))];
  const isSelected = look.selected?.kind === 'node' && look.selected.id === id;
  const name = nameText(node.name, width - 2, glyphs);
  return [
    span(`${kindGlyph(node.kind, glyphs.ascii)} `, token('accent')),
    span(name, isSelected ? 'selected' : token(severityToken(node.figures.severity, 'name'))),
  ];
}

/** `──▶`, `┬─▶`, `├─▶`, `└─▶`. */
function branch({ edge, first, last }: ListRow, emphasis: Emphasis, { ascii }: Glyphs): string {
  if (!edge) return '   ';
  const line = emphasis === 'gone' ? (ascii ? '.' : '┈') : ascii ? '-' : '─';
  const fork = first && last ? line : first ? (ascii ? '+' : '┬') : last ? (ascii ? '`' : '╰') : ascii ? '+' : '├';
  return `${fork}${line}${ascii ? '>' : '▶'}`;
}

/** Cells for the names on both sides: as they need, the longer giving way first. */
export function nameWidths(
  rows: readonly ListRow[],
  look: Pick<ListLook, 'width' | 'ui' | 'node'>,
): readonly [source: number, destination: number] {
  const { glyphs } = look.ui;
  const need = (ids: readonly string[]) =>
    ids.reduce((most, id) => Math.max(most, nameWidth(look.node(id)?.name ?? id, glyphs) + 2), 6);
  // Mark, cursor, arrow with blanks around it, figures.
  const room = look.width - 2 - 5 - figureWidths.reduce((sum, cells) => sum + cells, 0) - 1;
  const left = need(rows.map(({ source }) => source));
  const right = need(rows.flatMap(({ edge }) => (edge ? [edge.destination] : [])));
  if (left + right <= room) return [left, right];
  const half = Math.floor(room / 2);
  if (left <= half) return [left, room - left];
  if (right <= room - half) return [room - right, right];
  return [half, room - half];
}
