/** What the map costs: for `npm run bench`. */

import type { StoredRow } from '../../store/store.ts';
import { createCanvas } from '../../tui/canvas/canvas.ts';
import { chooseGlyphs } from '../../tui/glyphs.ts';
import { createTheme } from '../../tui/theme.ts';
import { arrange } from './arrange.ts';
import { boxHeight, densityBeyond } from './density.ts';
import { buildGraph, type MapGraph } from './graph.ts';
import { paintBoxes } from './paint-boxes.ts';
import { type Plan, route } from './route.ts';
import { nothingShown, selectEdges } from './select.ts';
import { settle } from './settle.ts';

export interface MapCosts {
  readonly nodes: number;
  readonly edges: number;
  /** Milliseconds each, the median of several. */
  readonly graphMs: number;
  readonly selectMs: number;
  /** From nothing, by dagre, in its thread. */
  readonly arrangeMs: number;
  /** After one node more, where keys are answered. */
  readonly settleMs: number;
  readonly routeMs: number;
  /** A window of 198×40 cells. */
  readonly paintMs: number;
}

/**
 * @param edgeRows rows of `edges`  @param serviceRows rows of `services`  @param limit edges on the map
 * @param rounds how often each step is timed; `arrange` is timed once
 */
export function measureMap(
  edgeRows: readonly StoredRow[],
  serviceRows: readonly StoredRow[],
  limit: number,
  rounds = 9,
): MapCosts {
  const windowed = densityBeyond(198);
  const glyphs = chooseGlyphs('unicode', {});
  const ui = { glyphs, theme: createTheme(8) };
  const graphOptions = { collapsed: false, namespaces: new Set<string>() };
  const [graphMs, graph] = timed(rounds, (): MapGraph => buildGraph(edgeRows, serviceRows, graphOptions));
  const [selectMs, selection] = timed(rounds, () => selectEdges(graph, nothingShown, limit, 0));
  const edges = [...selection.edges.values()].map(({ item }) => item);
  const outline = {
    nodes: [...selection.nodes.keys()].map((id) => ({ id, height: boxHeight(windowed, 1) })),
    edges: edges.map(({ key, source, destination }) => ({ key, source, destination })),
  };
  const [arrangeMs, arrangement] = timed(1, () => arrange(outline));
  const grown = {
    nodes: [...outline.nodes, { id: 'new', height: boxHeight(windowed, 1) }],
    edges: [...outline.edges, { key: 'new', source: outline.nodes[0]?.id ?? '', destination: 'new' }],
  };
  const [settleMs] = timed(rounds, () => settle(arrangement, grown));
  const routing = {
    labelWidth: windowed.label,
    pad: windowed.pad,
    spacing: windowed.spacing,
    boxWidth: () => windowed.least,
  };
  const [routeMs, plan] = timed(rounds, (): Plan => route(arrangement, edges, routing));
  const [paintMs] = timed(rounds, () => {
    const top = Math.floor(plan.height / 2);
    const canvas = createCanvas({ left: Math.floor(plan.width / 3), top, width: 198, height: 40 }, false);
    const painted = {
      plan,
      density: windowed,
      node: (id: string) => selection.nodes.get(id)?.item,
      edge: (key: string) => selection.edges.get(key)?.item,
      nodeEmphasis: () => 'plain' as const,
      edgeEmphasis: () => 'plain' as const,
    };
    paintBoxes(canvas, painted, glyphs);
    return canvas.rows(ui);
  });
  return { nodes: outline.nodes.length, edges: edges.length, graphMs, selectMs, arrangeMs, settleMs, routeMs, paintMs };
}

function timed<T>(rounds: number, work: () => T): readonly [ms: number, result: T] {
  const times: number[] = [];
  let result: T | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    result = work();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return [times[Math.floor(times.length / 2)] ?? 0, result as T];
}
