/** The map as boxes and lines on a canvas. */
import { formatSparkline } from '../../domain/format/index.ts';
import type { Canvas, Pen } from '../../tui/canvas/canvas.ts';
import { cellWidth, cut, fit } from '../../tui/cells.ts';
import type { Glyphs } from '../../tui/glyphs.ts';
import type { Token } from '../../tui/theme.ts';
import type { Density } from './density.ts';
import { addFigures } from './figures.ts';
import type { MapEdge, MapNode } from './graph.ts';
import { kindGlyph } from './kinds.ts';
import { edgeLabel, errorsText, latencyText, loadText, markOf, nameText, severityToken } from './labels.ts';
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
  for (const { x1, y1, x2, y2 } of stretches) canvas.line(x1, y1, x2, y2, pen);
}

/** Where arrows share a head they share a label, which says what all of them carry. */
function groupByHead(lines: readonly Line[]): ReadonlyMap<string, readonly Line[]> {
  return Map.groupBy(lines, ({ routed: { head } }) => `${head.x} ${head.y}`);
}

function drawHead(canvas: Canvas, lines: readonly Line[], { label: room }: Density, glyphs: Glyphs): void {
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
  const x = routed.head.direction === 'right' ? routed.label.x + room - cellWidth(text) : routed.label.x;
  canvas.text(x, routed.label.y, text, token, emphasis === 'selected');
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
  const aside = node.kind === 'namespace' ? `${node.members} services` : node.namespace;
  if (aside !== '' && cellWidth(aside) <= inner)
    canvas.text(x, box.y, ` ${nameText(aside, cellWidth(aside), glyphs)} `, look('muted'));
  if (node.selfCalls > 0) {
    const self = ` ${glyphs.ascii ? 'self' : '↻'} ${loadText({ ...figures, rate: node.selfCalls })} `;
    if (self.length <= inner)
      canvas.text(box.x + box.width - 1 - self.length, box.y + box.height - 1, self, look('muted'));
  }

  const isCaller = figures.rate === 0 && node.calls > 0;
  const load = isCaller ? `${glyphs.arrow} ${loadText({ ...figures, rate: node.calls })}` : loadText(figures);
  canvas.text(x, y + 1, load, look('number'));
  if (isCaller) return;
  const late = latencyText(figures.p99, glyphs);
  const errors = errorsText(figures);
  const errorToken = look(
    severityToken((figures.errors ?? 0) > 0 || figures.failed > 0 ? figures.severity : 'none', 'muted'),
  );
  if (density.name === 'narrow') {
    // Room for one more: what is wrong, else how long it takes.
    const isFailing = (figures.errors ?? 0) >= 0.01;
    const text = isFailing ? errors : late;
    canvas.text(x + inner - cellWidth(text), y + 1, text, isFailing ? errorToken : look('text'));
    return;
  }
  canvas.text(x + Math.max(8, Math.floor((inner - 5) / 2)), y + 1, fit(errors, 6), errorToken);
  canvas.text(x + inner - cellWidth(late), y + 1, late, look('text'));
  if (density.lines > 2 && figures.series.length > 0) {
    const bars = formatSparkline(figures.series, { width: inner, ascii: glyphs.ascii });
    canvas.text(x, y + 2, bars, look('accent'));
  }
}
