/** What `/` looks for on the map: edges, in the filter language. */
import { completeFilter } from '../../domain/filter/complete.ts';
import type { Filter } from '../../domain/filter/filter.ts';
import { parseFilter } from '../../domain/filter/parse.ts';
import { formatCount } from '../../domain/format/index.ts';
import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { edges as edgesTable } from '../../domain/tables/derived/edges.ts';
import type { Feedback } from '../../tui/prompt.tsx';
import type { MapEdge, MapGraph } from './graph.ts';

export interface MapSearch {
  readonly text: string;
  /** Somebody searches. */
  readonly active: boolean;
  /** True for all while nobody searches. */
  matches(edge: MapEdge): boolean;
  /** Looks for another text; says what is wrong with it. */
  set(typed: string): Feedback | undefined;
  /** How many it found, of all there are and of those on the map. */
  feedback(graph: MapGraph, onMap: number): Feedback;
  /** Whole lines the text could become. */
  complete(text: string, graph: MapGraph): readonly string[];
}

export function createSearch(changed: () => void, pods: () => PodFacts): MapSearch {
  let text = '';
  let filter: Filter | undefined;
  const matches = (edge: MapEdge) => filter === undefined || edge.rows.some(({ row }) => filter?.matches(row));
  return {
    get text() {
      return text;
    },
    get active() {
      return filter !== undefined;
    },
    matches,
    set(typed) {
      const wanted = typed.trim();
      const result = parseFilter(edgesTable, wanted, pods());
      if (!result.ok) return { error: result.error };
      if (wanted === text) return undefined;
      text = wanted;
      filter = wanted === '' ? undefined : result.filter;
      changed();
      return undefined;
    },
    feedback(graph, onMap) {
      if (text === '') return { note: 'edges to look for, e.g. api  to:shop/cart  err>1%  p99>200ms' };
      const all = [...graph.edges.values()];
      const found = all.filter(matches).length;
      const aside = found > onMap ? `, ${formatCount(onMap)} of them on the map (+ shows more)` : '';
      return { note: `${formatCount(found)} of ${formatCount(all.length)} edges match${aside}` };
    },
    complete(typed, graph) {
      if (typed === '' || typed.endsWith(' ')) return [];
      const suggestions = completeFilter(edgesTable, typed, typed.length, (column) => valuesIn(graph, column), pods());
      return suggestions.map(({ from, text: whole }) => typed.slice(0, from) + whole);
    },
  };
}

function valuesIn(graph: MapGraph, column: string): readonly string[] {
  const rows = [...graph.edges.values()].flatMap((edge) => edge.rows.map(({ row }) => row));
  const texts = rows.flatMap((row) => (typeof row[column] === 'string' ? [sanitizeLine(row[column])] : []));
  return [...new Set(texts)].sort();
}
