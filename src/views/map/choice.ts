/** Which node or edge is chosen next, whatever form the map has. */
import { severityRank } from './figures.ts';
import type { MapNode } from './graph.ts';
import type { ListRow } from './list-rows.ts';
import type { SceneView } from './scene.ts';
import { edgesOf, type Selected, type Step, stepFrom } from './walk.ts';

/** The node that serves and calls most. */
export function busiestNode({ selection }: SceneView): string | undefined {
  const load = (node: MapNode) => node.figures.rate + node.calls;
  const nodes = [...selection.nodes.values()].map(({ item }) => item);
  return nodes.reduce<MapNode | undefined>((best, node) => (best && load(best) >= load(node) ? best : node), undefined)
    ?.id;
}

/** Keys of the edges on the map, the worst first, among equals the busiest. */
export function worstFirst({ selection }: SceneView): readonly string[] {
  return [...selection.edges.values()]
    .map(({ item }) => item)
    .sort(
      (a, b) => severityRank(b.figures.severity) - severityRank(a.figures.severity) || b.figures.rate - a.figures.rate,
    )
    .map(({ key }) => key);
}

/** Those of them that are slow or fail. */
export function worrying(shown: SceneView): readonly string[] {
  const isBad = (key: string) => {
    const severity = shown.selection.edges.get(key)?.item.figures.severity ?? 'none';
    return severityRank(severity) >= severityRank('warn');
  };
  return worstFirst(shown).filter(isBad);
}

/** One step over the boxes; from an edge to one of its ends, or to its neighbours among theirs. */
export function stepOverBoxes(shown: SceneView, now: Selected, step: Step): Selected | undefined {
  const { plan, arrangement, selection } = shown;
  if (now.kind === 'node') {
    const id = stepFrom(plan, now.id, step);
    return id === undefined ? undefined : { kind: 'node', id };
  }
  const edge = selection.edges.get(now.key)?.item;
  if (!edge) return undefined;
  const { source, destination } = edge;
  const goesRight = (arrangement.layerOf.get(source) ?? 0) < (arrangement.layerOf.get(destination) ?? 0);
  if (step === 'left') return { kind: 'node', id: goesRight ? source : destination };
  if (step === 'right') return { kind: 'node', id: goesRight ? destination : source };
  const heads = [...new Set([...edgesOf(plan, source), ...edgesOf(plan, destination)])]
    .flatMap((key) => plan.edges.get(key) ?? [])
    .sort((a, b) => a.head.y - b.head.y || a.head.x - b.head.x);
  const next = heads[heads.findIndex(({ key }) => key === edge.key) + (step === 'up' ? -1 : 1)];
  return next && { kind: 'edge', key: next.key };
}

/** One step over the list: up and down its rows, to the sides the ends of one. */
export function stepOverList(rows: readonly ListRow[], now: Selected | undefined, step: Step): Selected | undefined {
  const at = rowOf(rows, now);
  const row = rows[at];
  if (!row) return undefined;
  if (step === 'left') return { kind: 'node', id: row.source };
  if (step === 'right') return row.edge && { kind: 'node', id: row.edge.destination };
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + (step === 'up' ? -1 : 1)))];
  if (!next) return undefined;
  return next.edge ? { kind: 'edge', key: next.edge.key } : { kind: 'node', id: next.source };
}

/** The row of the list that shows what is chosen. */
export function rowOf(rows: readonly ListRow[], now: Selected | undefined): number {
  const at =
    now?.kind === 'edge'
      ? rows.findIndex(({ edge }) => edge?.key === now.key)
      : rows.findIndex(({ source }) => source === now?.id);
  if (at >= 0 || now?.kind === 'edge') return Math.max(0, at);
  return Math.max(
    0,
    rows.findIndex(({ edge }) => edge?.destination === now?.id),
  );
}
