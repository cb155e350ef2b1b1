/**
 * The next arrangement of a graph that has changed a little: what was there keeps its layer and its order, and moves no further than
 * what is new needs room.
 */
import {
  type Arrangement,
  arrangementOf,
  fromTopToBottom,
  type Item,
  type Outline,
  type OutlineEdge,
  passId,
  placeRows,
  type Wish,
} from './arrangement.ts';

/** How much it matters that what was there stays, against where something new would best be. */
const weights = { box: 1000, line: 10, fresh: 1 };

export function settle(before: Arrangement, outline: Outline): Arrangement {
  const known = new Map(before.layers.flatMap((layer) => layer.map((item) => [item.id, item] as const)));
  const layerOf = layersOf(before, outline);
  const count = Math.max(0, ...layerOf.values()) + 1;
  const layers: Wish[][] = Array.from({ length: count }, () => []);
  const wanted = wantedRows(known, outline);
  const centre = (id: string) => {
    const old = known.get(id);
    return old ? old.row + old.height / 2 : (wanted.get(id) ?? 0);
  };
  for (const { id, height } of outline.nodes) {
    const old = known.get(id);
    layers[layerOf.get(id) ?? 0]?.push({
      id,
      node: id,
      edge: undefined,
      height,
      row: old?.row ?? (wanted.get(id) ?? 0) - height / 2,
      weight: old ? weights.box : weights.fresh,
      middle: centre(id),
    });
  }
  const shift = shiftOf(before, layerOf);
  for (const edge of outline.edges) {
    const from = layerOf.get(edge.source) ?? 0;
    const to = layerOf.get(edge.destination) ?? 0;
    for (let layer = Math.min(from, to) + 1; layer < Math.max(from, to); layer += 1) {
      const old = known.get(passId(edge.key, layer - shift));
      const between =
        centre(edge.source) + ((centre(edge.destination) - centre(edge.source)) * (layer - from)) / (to - from);
      layers[layer]?.push({
        id: passId(edge.key, layer),
        node: undefined,
        edge: edge.key,
        height: 1,
        row: old?.row ?? between - 0.5,
        weight: old ? weights.line : weights.fresh,
        middle: old ? old.row + 0.5 : between,
      });
    }
  }
  const placed = layers.map((wishes) => placeRows(wishes.sort(fromTopToBottom)));
  return arrangementOf(placed, layerOf, outline);
}

/** Layers that were added on the left: nothing moves left by itself, so what moved least tells. */
function shiftOf(before: Arrangement, layerOf: ReadonlyMap<string, number>): number {
  let shift = Number.POSITIVE_INFINITY;
  for (const [id, layer] of before.layerOf)
    shift = Math.min(shift, (layerOf.get(id) ?? Number.POSITIVE_INFINITY) - layer);
  return Number.isFinite(shift) ? shift : 0;
}

/** What was there keeps its layer unless a new call leads to it from further right; what is new is beside what it talks to. */
function layersOf(before: Arrangement, { nodes, edges }: Outline): Map<string, number> {
  const forward = orient(before, edges);
  const callees = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  const callers = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const [low, high] of forward) {
    callees.get(low)?.push(high);
    callers.get(high)?.push(low);
  }
  const order = sorted(
    nodes.map(({ id }) => id),
    callees,
    callers,
  );
  const layerOf = new Map<string, number>();
  for (const id of order) {
    const after = (callers.get(id) ?? []).flatMap((caller) => layerOf.get(caller) ?? []);
    const old = before.layerOf.get(id);
    const least = after.length > 0 ? Math.max(...after) + 1 : undefined;
    const layer = old === undefined ? least : Math.max(old, least ?? old);
    if (layer !== undefined) layerOf.set(id, layer);
  }
  // What only calls stands just before what it calls.
  for (const id of order.toReversed()) {
    if (layerOf.has(id)) continue;
    const called = (callees.get(id) ?? []).flatMap((callee) => layerOf.get(callee) ?? []);
    layerOf.set(id, called.length > 0 ? Math.min(...called) - 1 : 0);
  }
  // Layers whose last node has gone close up.
  const used = [...new Set(layerOf.values())].sort((a, b) => a - b);
  const places = new Map(used.map((layer, i) => [layer, i]));
  return new Map([...layerOf].map(([id, layer]) => [id, places.get(layer) ?? 0]));
}

/** Each edge from its lower to its higher end, so that they make no circle: calls that would close one are turned round. */
function orient(before: Arrangement, edges: readonly OutlineEdge[]): readonly (readonly [low: string, high: string])[] {
  const onward = new Map<string, string[]>();
  const oriented: (readonly [string, string])[] = [];
  const add = (low: string, high: string) => {
    oriented.push([low, high]);
    const known = onward.get(low);
    if (known) known.push(high);
    else onward.set(low, [high]);
  };
  const layer = (id: string) => before.layerOf.get(id);
  const fresh: OutlineEdge[] = [];
  for (const edge of edges) {
    const from = layer(edge.source);
    const to = layer(edge.destination);
    if (from === undefined || to === undefined || from === to) fresh.push(edge);
    // A call that is new may push its callee on; one that went back before goes back still.
    else if (from > to && !before.edges.has(edge.key)) fresh.push(edge);
    else if (from < to) add(edge.source, edge.destination);
    else add(edge.destination, edge.source);
  }
  for (const { source, destination } of fresh) {
    if (leadsTo(onward, destination, source)) add(destination, source);
    else add(source, destination);
  }
  return oriented;
}

function leadsTo(onward: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set([from]);
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true;
    for (const next of onward.get(id) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return false;
}

/** Callers before callees (Kahn 1962). */
function sorted(
  ids: readonly string[],
  callees: ReadonlyMap<string, readonly string[]>,
  callers: ReadonlyMap<string, readonly string[]>,
): string[] {
  const open = new Map(ids.map((id) => [id, callers.get(id)?.length ?? 0]));
  const ready = ids.filter((id) => open.get(id) === 0);
  const order: string[] = [];
  for (let i = 0; i < ready.length; i += 1) {
    const id = ready[i] ?? '';
    order.push(id);
    for (const callee of callees.get(id) ?? []) {
      const left = (open.get(callee) ?? 0) - 1;
      open.set(callee, left);
      if (left === 0) ready.push(callee);
    }
  }
  return order;
}

/** Middle rows for new nodes: that of their neighbours, found from those that are placed outwards; else below everything. */
function wantedRows(known: ReadonlyMap<string, Item>, { nodes, edges }: Outline): Map<string, number> {
  const neighbours = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { source, destination } of edges) {
    neighbours.get(source)?.push(destination);
    neighbours.get(destination)?.push(source);
  }
  const rows = new Map<string, number>();
  for (const { id } of nodes) {
    const old = known.get(id);
    if (old) rows.set(id, old.row + old.height / 2);
  }
  let bottom = Math.max(0, ...[...known.values()].map(({ row, height }) => row + height + 1));
  let open = nodes.filter(({ id }) => !rows.has(id));
  while (open.length > 0) {
    const found = open.flatMap(({ id }) => {
      const near = (neighbours.get(id) ?? []).flatMap((other) => rows.get(other) ?? []);
      return near.length === 0 ? [] : [[id, near.reduce((sum, row) => sum + row, 0) / near.length] as const];
    });
    if (found.length === 0) {
      const [first] = open;
      if (!first) break;
      rows.set(first.id, bottom + first.height / 2);
      bottom += first.height + 1;
    }
    for (const [id, row] of found) rows.set(id, row);
    open = open.filter(({ id }) => !rows.has(id));
  }
  return rows;
}
