/** Routes of keys, made once per key and name: folds compare them on every tick. */
import type { Route } from '../fold.ts';
import type { Ends, Key, KeyBook } from '../keys.ts';

/** `make` is asked for the group; `parts` chooses among constant lists. */
export function createRoutes(
  keys: KeyBook,
  group: (key: Key) => string | undefined,
  parts: (key: Key, from: number, to: number) => readonly number[],
): (id: number, from: number, to: number) => Route | undefined {
  const routes = new Map<number, { readonly ends: Ends; readonly route: Route | undefined }>();
  return (id, from, to) => {
    const key = keys.get(id);
    if (!key) return undefined;
    const wanted = parts(key, from, to);
    const known = routes.get(id);
    if (known && known.ends === key.ends && (!known.route || known.route.parts === wanted)) return known.route;
    const name = known?.ends === key.ends ? known.route?.group : group(key);
    const route = name === undefined ? undefined : { group: name, parts: wanted };
    routes.set(id, { ends: key.ends, route });
    return route;
  };
}
