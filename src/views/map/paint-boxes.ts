/** The map as boxes and lines on a canvas. */
import { formatSparkline } from '../../domain/format/index.ts';
import type { Canvas, Pen } from '../../tui/canvas/canvas.ts';
import { cellWidth, cut } from '../../tui/cells.ts';
import type { Glyphs } from '../../tui/glyphs.ts';
import type { Token } from '../../tui/theme.ts';
import type { Density } from './density.ts';
import { addFigures } from './figures.ts';
import type { MapEdge, MapNode } from './graph.ts';
import { kindGlyph } from './kinds.ts';
import { edgeLabel, errorsText, latencyText, loadText, markOf, nameText, nameWidth, severityToken } from './labels.ts';
import type { Plan, RoutedBox, RoutedEdge } from './route.ts';

/** How something on the map stands out. `gone`: not heard of any more. */
export type Emphasis = 'plain' | 'dimmed' | 'gone' | 'near' | 'selected';

export interface PaintedMap {
  readonly plan: Plan;
  readonly density: Density;
  node(id: string): MapNode | undefined;
  edge(key: string): MapEdge | undefined;
  nodeEmphasis(id: string): Emphasis;
  edgeEmphasis(key: string): Emphasis;
}

const order: readonly Emphasis[] = ['gone', 'dimmed', 'plain', 'near', 'selected'];

export function paintBoxes(canvas: Canvas, map: PaintedMap, glyphs: Glyphs): void {
  const lines = [...map.plan.edges.values()].flatMap((routed) => {
    const edge = map.edge(routed.key);
    return edge ? [{ routed, edge, emphasis: map.edgeEmphasis(routed.key) }] : [];
  });
  // What matters most is drawn last: where lines share cells, its look stays.
  const rank = (line: (typeof lines)[number]) =>
    order.indexOf(line.emphasis) * 10 +
    (line.edge.figures.severity === 'bad' ? 2 : line.edge.figures.severity === 'warn' ? 1 : 0);
  lines.sort((a, b) => rank(a) - rank(b));
  for (const { routed, edge, emphasis } of lines) drawLine(canvas, routed, penOf(edge, emphasis));
  for (const each of groupByHead(lines).values()) drawHead(canvas, each, map.density, glyphs);
  for (const box of map.plan.boxes.values()) {
    const node = map.node(box.node);
    if (node) drawBox(canvas, box, node, map.nodeEmphasis(box.node), map.density, glyphs);
  }
  for (const { routed, edge, emphasis } of lines) {
    const { x1, y1, x2, y2 } = routed.exit;
    canvas.line(x1, y1, x2, y2, penOf(edge, emphasis));
  }
}

interface Line {
  readonly routed: RoutedEdge;
  readonly edge: MapEdge;
  readonly emphasis: Emphasis;
}

function penOf({ figures }: MapEdge, emphasis: Emphasis): Pen {
  if (emphasis === 'gone') return { token: 'muted', stroke: 'dashed' };
  if (emphasis === 'dimmed') return { token: 'suggestion' };
  const token = severityToken(figures.severity, emphasis === 'plain' ? 'border' : 'accent');
  return { token, stroke: emphasis === 'plain' ? 'light' : 'heavy' };
}

function drawLine(canvas: Canvas, { stretches }: RoutedEdge, pen: Pen): void {
  for (const { x1, y1, x2, y2, net } of stretches) canvas.line(x1, y1, x2, y2, { ...pen, net });
}

/** Where arrows share a head they share a label, which says what all of them carry. */
function groupByHead(lines: readonly Line[]): ReadonlyMap<string, readonly Line[]> {
  return Map.groupBy(lines, ({ routed: { head } }) => `${head.x} ${head.y}`);
}

function drawHead(canvas: Canvas, lines: readonly Line[], { label: room, pad }: Density, glyphs: Glyphs): void {
  const top = lines.at(-1);
  if (!top) return;
  const { routed, edge, emphasis } = top;
  const figures = lines
    .slice(1)
    .reduce((sum, line) => addFigures(sum, line.edge.figures), lines[0]?.edge.figures ?? edge.figures);
  const text = edgeLabel({ figures, protocol: edge.protocol }, room, glyphs);
  const quiet = emphasis === 'dimmed' || emphasis === 'gone';
  const token: Token = quiet ? 'suggestion' : severityToken(figures.severity, 'text');
  canvas.arrow(
    routed.head.x,
    routed.head.y,
    routed.head.direction,
    quiet ? 'suggestion' : severityToken(figures.severity, 'accent'),
  );
  if (text === '') return;
  const cells = cellWidth(text);
  const x = routed.head.direction === 'right' ? routed.label.x + room - cells : routed.label.x;
  const blank = ' '.repeat(pad);
  canvas.text(x - pad, routed.label.y, `${blank}${text}${blank}`, token);
  if (emphasis === 'selected') canvas.text(x, routed.label.y, text, token, true);
}

function drawBox(
  canvas: Canvas,
  box: RoutedBox,
  node: MapNode,
  emphasis: Emphasis,
  density: Density,
  glyphs: Glyphs,
): void {
  const quiet = emphasis === 'dimmed' || emphasis === 'gone';
  const { figures } = node;
  const frame: Token = quiet
    ? 'suggestion'
    : severityToken(figures.severity, emphasis === 'plain' ? 'border' : 'accent');
  const stroke = emphasis === 'gone' ? 'dashed' : emphasis === 'selected' ? 'heavy' : 'light';
  canvas.box(box, { token: frame, stroke });
  const inner = box.width - 4;
  const x = box.x + 2;
  const y = box.y + 1 + Math.floor((box.height - 2 - density.lines) / 2);
  const look = (token: Token): Token => (quiet ? 'suggestion' : token);

  const mark = markOf(figures, glyphs).trim();
  const lead = `${kindGlyph(node.kind, glyphs.ascii)} `;
  const tail = mark === '' ? '' : ` ${mark}`;
  const room = inner - lead.length - tail.length;
  const name = nameText(node.name, room, glyphs);
  canvas.text(x, y, lead, look('accent'));
  canvas.text(
    x + lead.length,
    y,
    emphasis === 'selected' ? cut(name.trimEnd(), room) : name,
    look('strong'),
    emphasis === 'selected',
  );
  canvas.text(x + inner - tail.length, y, tail, look(frame));
  // The namespace goes into the border: there it costs no room.
  const aside =
    node.kind === 'namespace' ? `${node.members} ${node.members === 1 ? 'service' : 'services'}` : node.namespace;
  if (aside !== '')
    canvas.text(x - 1, box.y, ` ${nameText(aside, Math.min(nameWidth(aside, glyphs), inner), glyphs)} `, look('muted'));
  if (node.selfCalls > 0) {
    const self = ` ${glyphs.ascii ? 'self' : '↻'} ${loadText({ ...figures, rate: node.selfCalls })} `;
    if (self.length <= inner)
      canvas.text(box.x + box.width - 1 - self.length, box.y + box.height - 1, self, look('muted'));
  }

  if (density.name === 'stacked') {
    drawStacked(canvas, { x, y: y + 1, width: inner }, node, glyphs, look);
    return;
  }
  drawFigures(canvas, { x, y: y + 1, width: inner }, node, glyphs, look);
  if (density.lines > 2 && figures.series.some((value) => value > 0)) {
    const bars = formatSparkline(figures.series, { width: inner, ascii: glyphs.ascii });
    canvas.text(x, y + 2, bars, look('border'));
  }
}

interface Room {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** What a node serves; of one that serves nothing, what it calls. */
function loadOf({ figures, calls }: MapNode, glyphs: Glyphs): { readonly isCaller: boolean; readonly load: string } {
  const isCaller = figures.rate === 0 && calls > 0;
  const load = isCaller ? `${glyphs.arrow} ${loadText({ ...figures, rate: calls })}` : loadText(figures);
  return { isCaller, load };
}

/** Load on the left, latency on the right, the share of errors between them; what finds no room is left out, the good first. */
function drawFigures(
  canvas: Canvas,
  { x, y, width }: Room,
  node: MapNode,
  glyphs: Glyphs,
  look: (token: Token) => Token,
): void {
  const { figures } = node;
  const { isCaller, load } = loadOf(node, glyphs);
  canvas.text(x, y, cut(load, width, 'end', glyphs.ellipsis), look('number'));
  if (isCaller || figures.rate === 0) {
    const open = `${figures.connections} conn`;
    const fits =
      figures.connections > 0 && !load.endsWith('conn') && !isCaller && load.length + 2 + open.length <= width;
    if (fits) canvas.text(x + width - open.length, y, open, look('muted'));
    return;
  }
  const isFailing = (figures.errors ?? 0) > 0;
  const errors = errorsText(figures);
  const late = latencyText(figures.p99, glyphs);
  const gap = width - load.length - cellWidth(late);
  if (gap < 1) {
    if (isFailing) canvas.text(x + width - errors.length, y, errors, look(severityToken(figures.severity, 'muted')));
    return;
  }
  const both = gap >= errors.length + 2;
  if (both || !isFailing) canvas.text(x + width - cellWidth(late), y, late, look('text'));
  if (!both && !isFailing) return;
  const at = both ? x + load.length + Math.floor((gap - errors.length) / 2) : x + width - errors.length;
  canvas.text(at, y, errors, look(severityToken(isFailing ? figures.severity : 'none', 'muted')));
}

/** Where there is no room side by side: load, and below it errors and latency. */
function drawStacked(
  canvas: Canvas,
  { x, y, width }: Room,
  node: MapNode,
  glyphs: Glyphs,
  look: (token: Token) => Token,
): void {
  const { figures } = node;
  const { isCaller, load } = loadOf(node, glyphs);
  canvas.text(x, y, cut(load, width, 'end', glyphs.ellipsis), look('number'));
  if (isCaller) return;
  if (figures.rate === 0) {
    if (figures.connections > 0)
      canvas.text(x, y + 1, cut(`${figures.connections} conn`, width, 'end', glyphs.ellipsis), look('muted'));
    return;
  }
  const late = latencyText(figures.p99, glyphs);
  const errors = errorsText(figures);
  canvas.text(x, y + 1, errors, look(severityToken((figures.errors ?? 0) > 0 ? figures.severity : 'none', 'muted')));
  if (errors.length + cellWidth(late) < width) canvas.text(x + width - cellWidth(late), y + 1, late, look('text'));
}
