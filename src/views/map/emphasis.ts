/** What stands out on the map: what is chosen, what it has to do with, what a search found; and what does not. */
import type { MapEdge } from './graph.ts';
import type { Emphasis } from './paint-boxes.ts';
import { isGone, type Shown } from './select.ts';
import type { Selected } from './walk.ts';

export interface Emphases {
  node(id: string): Emphasis;
  edge(key: string): Emphasis;
}

/** @param found keys of the edges a search found; undefined = nobody searches  @param at end of the stretch of time, Unix ms */
export function emphasesOf(
  { nodes, edges }: Shown,
  now: Selected | undefined,
  found: ReadonlySet<string> | undefined,
  at: number,
): Emphases {
  const touched = new Set<string>();
  for (const { item } of edges.values()) {
    if (!found?.has(item.key)) continue;
    touched.add(item.source);
    touched.add(item.destination);
  }
  const isNear = ({ source, destination }: MapEdge) =>
    now?.kind === 'node' && (source === now.id || destination === now.id);
  const chosen = now?.kind === 'edge' ? edges.get(now.key)?.item : undefined;
  return {
    node(id) {
      if (now?.kind === 'node' && now.id === id) return 'selected';
      const seen = nodes.get(id);
      if (seen && isGone(seen, at)) return 'gone';
      if (found) return touched.has(id) ? 'near' : 'dimmed';
      return chosen && (chosen.source === id || chosen.destination === id) ? 'near' : 'plain';
    },
    edge(key) {
      if (now?.kind === 'edge' && now.key === key) return 'selected';
      const seen = edges.get(key);
      if (seen && isGone(seen, at)) return 'gone';
      if (found) return found.has(key) ? 'near' : 'dimmed';
      return seen && isNear(seen.item) ? 'near' : 'plain';
    },
  };
}
