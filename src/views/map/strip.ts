/** The lines below the map: a rule, what is chosen in figures, and, where there is room, what the glyphs mean. */
import { cropLine, paintLine, type StyledLine } from '../../tui/styled-line.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import { edgeDetails, legend, nodeDetails } from './details.ts';
import type { MapGraph } from './graph.ts';
import { isGone, type Shown } from './select.ts';
import type { Selected } from './walk.ts';

/** Rows it takes of a screen. */
export function stripHeight(rows: number): number {
  return rows >= 34 ? 5 : rows >= 24 ? 4 : 3;
}

export interface StripFacts {
  readonly shown: Shown;
  readonly graph: MapGraph;
  readonly chosen: Selected | undefined;
  /** End of the stretch of time, Unix ms. */
  readonly at: number;
  readonly width: number;
  readonly height: number;
  readonly ui: Ui;
}

/** Exactly `height` painted lines. */
export function stripLines(facts: StripFacts): readonly string[] {
  const { shown, width, height, ui } = facts;
  const detail = { width: width - 1, height: height - 1, ui };
  const lines = chosenLines(facts);
  const rows = Array.from({ length: detail.height }, (_, i) => lines[i] ?? []);
  if (rows.length > lines.length) {
    const kinds = [...new Set([...shown.nodes.values()].map(({ item }) => item.kind))];
    rows[rows.length - 1] = legend(kinds, detail);
  }
  const rule = ui.theme.paint('border', (ui.glyphs.ascii ? '-' : '─').repeat(width));
  return [rule, ...rows.map((line) => paintLine(cropLine(line, 0, width), ui.theme))];
}

function chosenLines({ shown, graph, chosen, at, width, height, ui }: StripFacts): readonly StyledLine[] {
  const detail = { width: width - 1, height: height - 1, ui };
  if (chosen?.kind === 'node') {
    const seen = shown.nodes.get(chosen.id);
    if (!seen) return [];
    const all = [...graph.edges.values()];
    const callers = all.filter(({ destination }) => destination === chosen.id).length;
    const callees = all.filter(({ source }) => source === chosen.id).length;
    return nodeDetails(seen.item, { callers, callees }, isGone(seen, at), detail);
  }
  const seen = chosen && shown.edges.get(chosen.key);
  const source = seen && shown.nodes.get(seen.item.source);
  const destination = seen && shown.nodes.get(seen.item.destination);
  return source && destination ? edgeDetails(seen.item, source.item, destination.item, isGone(seen, at), detail) : [];
}
