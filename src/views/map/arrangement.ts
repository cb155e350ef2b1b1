/** Which layer and row of the map everything is in: what a layout finds out, and what the next one begins from. */

/** What a layout needs to know of a graph; plain data, so that a worker can take it. */
export interface Outline {
  readonly nodes: readonly OutlineNode[];
  readonly edges: readonly OutlineEdge[];
}

export interface OutlineNode {
  readonly id: string;
  /** Rows its box takes. */
  readonly height: number;
}

export interface OutlineEdge {
  readonly key: string;
  readonly source: string;
  readonly destination: string;
}

/** A box, or the line of an edge where it passes a layer between its ends. */
export interface Item {
  readonly id: string;
  readonly node: string | undefined;
  /** Key of the edge that passes. */
  readonly edge: string | undefined;
  readonly row: number;
  readonly height: number;
}

export interface Arrangement {
  /** Leftmost layer first; in each the items from top to bottom, none over another. */
  readonly layers: readonly (readonly Item[])[];
  readonly layerOf: ReadonlyMap<string, number>;
  /** Keys of the edges it was made for. */
  readonly edges: ReadonlySet<string>;
}

export const emptyArrangement: Arrangement = { layers: [], layerOf: new Map(), edges: new Set() };

/** The item of an edge that passes a layer. */
export const passId = (edge: string, layer: number) => `${edge}\n${layer}`;

/** Blank rows between two neighbours of a layer: lines may lie side by side, boxes may not touch. */
export function gapBetween(above: Pick<Item, 'edge'>, below: Pick<Item, 'edge'>): number {
  return above.edge !== undefined && below.edge !== undefined ? 0 : 1;
}

export interface Wish {
  readonly id: string;
  readonly node: string | undefined;
  readonly edge: string | undefined;
  readonly height: number;
  /** Row it would like its top to be in. */
  readonly row: number;
  /** How much that matters. */
  readonly weight: number;
  /** Where its middle is or would best be: it decides the order. */
  readonly middle: number;
}

export function fromTopToBottom(a: Wish, b: Wish): number {
  return a.middle - b.middle || (a.id < b.id ? -1 : 1);
}

/**
 * Rows for the items of a layer, in the order given, as near to where they wish to be as the others allow: the least sum of weighted
 * squares (isotonic regression by pooling adjacent violators, Barlow et al. 1972).
 */
export function placeRows(wishes: readonly Wish[]): readonly Item[] {
  interface Pool {
    sum: number;
    weight: number;
    count: number;
  }
  const offsets: number[] = [];
  let offset = 0;
  wishes.forEach((wish, i) => {
    const above = wishes[i - 1];
    if (above) offset += above.height + gapBetween(above, wish);
    offsets.push(offset);
  });
  const pools: Pool[] = [];
  wishes.forEach(({ row, weight }, i) => {
    pools.push({ sum: (row - (offsets[i] ?? 0)) * weight, weight, count: 1 });
    for (;;) {
      const last = pools.at(-1);
      const before = pools.at(-2);
      if (!last || !before || before.sum / before.weight <= last.sum / last.weight) break;
      pools.splice(-2, 2, {
        sum: before.sum + last.sum,
        weight: before.weight + last.weight,
        count: before.count + last.count,
      });
    }
  });
  const bases = pools.flatMap(({ sum, weight, count }) => Array<number>(count).fill(Math.round(sum / weight)));
  return wishes.map(({ id, node, edge, height }, i) => ({
    id,
    node,
    edge,
    height,
    row: (bases[i] ?? 0) + (offsets[i] ?? 0),
  }));
}

/** The layers with the topmost item in row 0. */
export function arrangementOf(
  layers: readonly (readonly Item[])[],
  layerOf: ReadonlyMap<string, number>,
  outline: Outline,
): Arrangement {
  const edges = new Set(outline.edges.map(({ key }) => key));
  return { layers: toTop(layers), layerOf, edges };
}

function toTop(layers: readonly (readonly Item[])[]): readonly (readonly Item[])[] {
  const top = layers.reduce((least, [first]) => Math.min(least, first?.row ?? least), Number.POSITIVE_INFINITY);
  if (top === 0 || !Number.isFinite(top)) return layers;
  return layers.map((layer) => layer.map((item) => ({ ...item, row: item.row - top })));
}

/** The same with everything nearer together from top to bottom, as far as nothing comes to lie over another. */
export function squeeze({ layers, layerOf, edges }: Arrangement, share: number): Arrangement {
  const squeezed = layers.map((layer) =>
    placeRows(
      layer.map((item) => {
        const middle = (item.row + item.height / 2) * share;
        return { ...item, middle, row: middle - item.height / 2, weight: item.node === undefined ? 1 : item.height };
      }),
    ),
  );
  return { layers: toTop(squeezed), layerOf, edges };
}
