/** From rows and layers to cells: where each box stands, and the way of each edge between them. */
import type { Arrangement, Item } from './arrangement.ts';
import { assignPorts, type Port } from './ports.ts';
import { assignTracks, type Net } from './tracks.ts';

export interface RouteOptions {
  /** Cells a box needs. */
  boxWidth(node: string): number;
  /** Cells kept for the label of an edge, before the head of its arrow. */
  readonly labelWidth: number;
  /** Blanks on both sides of it. */
  readonly pad: number;
  /** Cells from one track to the next. */
  readonly spacing: number;
}

export interface RoutedBox {
  readonly node: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A straight stretch of cells, both ends included. */
export interface Stretch {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Stretches of one net belong together where they meet. */
  readonly net: string;
}

export interface RoutedEdge {
  readonly key: string;
  readonly source: string;
  readonly destination: string;
  readonly stretches: readonly Stretch[];
  /** The cell of its arrow head, beside the box of its destination. */
  readonly head: { readonly x: number; readonly y: number; readonly direction: 'left' | 'right' };
  /** Where it leaves its source: the cell of the border and the one beside it. */
  readonly exit: Stretch;
  /** First cell of the room for its label. */
  readonly label: { readonly x: number; readonly y: number };
}

export interface Plan {
  readonly boxes: ReadonlyMap<string, RoutedBox>;
  readonly edges: ReadonlyMap<string, RoutedEdge>;
  readonly width: number;
  readonly height: number;
}

export const emptyPlan: Plan = { boxes: new Map(), edges: new Map(), width: 0, height: 0 };

interface Ends {
  readonly key: string;
  readonly source: string;
  readonly destination: string;
}

/** One edge on its way from one layer to the next. */
interface Hop {
  readonly edge: string;
  readonly net: string;
  readonly from: number;
  readonly to: number;
  /** It begins or ends with an arrow head here. */
  readonly head: 'left' | 'right' | undefined;
}

export function route(arrangement: Arrangement, edges: readonly Ends[], options: RouteOptions): Plan {
  const { layers, layerOf } = arrangement;
  const items = new Map<string, Item>(layers.flatMap((layer) => layer.map((item) => [item.id, item] as const)));
  const known = edges.filter(
    ({ source, destination }) => items.has(source) && items.has(destination) && source !== destination,
  );
  const ports = assignPorts(known, items, layerOf);
  const hops: Hop[][] = layers.map(() => []);
  for (const edge of known)
    hopsOf(edge, ports.get(edge.key), items, layerOf, (channel, hop) => hops[channel]?.push(hop));
  const channels = hops.map((each) => planChannel(each, options));
  const widths = layers.map((layer) =>
    Math.max(0, ...layer.map(({ node }) => (node === undefined ? 0 : options.boxWidth(node)))),
  );

  const lefts: number[] = [];
  let x = 0;
  layers.forEach((_, i) => {
    lefts.push(x);
    x += (widths[i] ?? 0) + (i < layers.length - 1 ? (channels[i]?.width ?? 0) : 0);
  });
  const boxes = new Map<string, RoutedBox>();
  layers.forEach((layer, i) => {
    for (const { node, row, height } of layer) {
      if (node !== undefined) boxes.set(node, { node, x: lefts[i] ?? 0, y: row, width: widths[i] ?? 0, height });
    }
  });
  const routed = new Map<string, RoutedEdge>();
  for (const edge of known) {
    const stretches: Stretch[] = [];
    let head: RoutedEdge['head'] | undefined;
    let label: RoutedEdge['label'] | undefined;
    let exit: Stretch | undefined;
    const low = Math.min(layerOf.get(edge.source) ?? 0, layerOf.get(edge.destination) ?? 0);
    const high = Math.max(layerOf.get(edge.source) ?? 0, layerOf.get(edge.destination) ?? 0);
    for (let channel = low; channel < high; channel += 1) {
      const hop = channels[channel]?.hops.get(edge.key);
      if (!hop) continue;
      const start = (lefts[channel] ?? 0) + (widths[channel] ?? 0);
      const end = (lefts[channel + 1] ?? 0) - 1;
      const net = `${channel}\n${hop.net}`;
      if (channel > low) stretches.push({ x1: lefts[channel] ?? 0, y1: hop.from, x2: start, y2: hop.from, net });
      const turn = channels[channel]?.turns.get(hop.net);
      const isForward = low === (layerOf.get(edge.source) ?? 0);
      if (isForward && channel === low) exit = { x1: start - 1, y1: hop.from, x2: start, y2: hop.from, net };
      if (!isForward && channel === high - 1) exit = { x1: end, y1: hop.to, x2: end + 1, y2: hop.to, net };
      const from = hop.head === 'left' ? start + 1 : start;
      const to = hop.head === 'right' ? end - 1 : end + (channel + 1 < high ? 1 : 0);
      if (hop.from === hop.to || turn === undefined)
        stretches.push({ x1: from, y1: hop.from, x2: to, y2: hop.from, net });
      else {
        const at = start + turn;
        stretches.push({ x1: from, y1: hop.from, x2: at, y2: hop.from, net });
        stretches.push({ x1: at, y1: hop.from, x2: at, y2: hop.to, net });
        stretches.push({ x1: at, y1: hop.to, x2: to, y2: hop.to, net });
      }
      if (hop.head === 'right') {
        head = { x: end, y: hop.to, direction: 'right' };
        label = { x: end - 1 - options.pad - options.labelWidth, y: hop.to };
      } else if (hop.head === 'left') {
        head = { x: start, y: hop.from, direction: 'left' };
        label = { x: start + 2 + options.pad, y: hop.from };
      }
    }
    if (head && label && exit) {
      const { key, source, destination } = edge;
      routed.set(key, { key, source, destination, stretches, head, exit, label });
    }
  }
  const height = layers.reduce((most, layer) => Math.max(most, ...layer.map((item) => item.row + item.height)), 0);
  return { boxes, edges: routed, width: x, height };
}

function hopsOf(
  { key, source, destination }: Ends,
  port: Port | undefined,
  items: ReadonlyMap<string, Item>,
  layerOf: ReadonlyMap<string, number>,
  add: (channel: number, hop: Hop) => void,
): void {
  if (!port) return;
  const from = layerOf.get(source) ?? 0;
  const to = layerOf.get(destination) ?? 0;
  const low = Math.min(from, to);
  const high = Math.max(from, to);
  const isForward = from < to;
  const rowIn = (layer: number) => {
    if (layer === low) return isForward ? port.source : port.destination;
    if (layer === high) return isForward ? port.destination : port.source;
    return items.get(`${key}\n${layer}`)?.row ?? 0;
  };
  for (let channel = low; channel < high; channel += 1) {
    const isFirst = channel === low;
    const isLast = channel === high - 1;
    add(channel, {
      edge: key,
      // All calls of one source leave together, those that share a port arrive together; everything else goes for itself.
      net: isLast && port.shared ? `${destination}\n${port.destination}` : isFirst && isForward ? source : key,
      from: rowIn(channel),
      to: rowIn(channel + 1),
      head: isForward && isLast ? 'right' : !isForward && isFirst ? 'left' : undefined,
    });
  }
}

interface Channel {
  readonly width: number;
  readonly hops: ReadonlyMap<string, Hop>;
  /** Cells from the left of the channel to where a net turns. */
  readonly turns: ReadonlyMap<string, number>;
}

function planChannel(hops: readonly Hop[], { labelWidth, pad, spacing }: RouteOptions): Channel {
  const nets = new Map<string, { id: string; from: number[]; to: number[] }>();
  for (const { net, from, to } of hops) {
    const known = nets.get(net);
    if (known) {
      known.from.push(from);
      known.to.push(to);
    } else nets.set(net, { id: net, from: [from], to: [to] });
  }
  const tracks = assignTracks([...nets.values()] satisfies Net[]);
  const count = Math.max(0, ...[...tracks.values()].map((track) => track + 1));
  const hasHead = (side: 'left' | 'right') => hops.some(({ head }) => head === side);
  // A cell of line; or arrow head and label, a blank and a cell of line on both of its sides.
  const before = hasHead('left') ? labelWidth + 2 * pad + 3 : 1 + pad;
  const after = hasHead('right') ? labelWidth + 2 * pad + 3 : 1;
  const step = count > 6 ? 1 : spacing;
  const width = before + Math.max(0, count - 1) * step + 1 + after;
  return {
    width,
    hops: new Map(hops.map((hop) => [hop.edge, hop])),
    turns: new Map([...tracks].map(([net, track]) => [net, before + track * step])),
  };
}
