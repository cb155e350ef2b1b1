/** The way to the screen one looks at. Every entry keeps its view, and with it filter, sort, cursor, scroll and pause. */
import type { Needs, TableNeed, View } from '../views/view.ts';

export interface ViewStack {
  /** Outermost first; never empty. */
  readonly views: readonly View[];
  /** The way there was before the last jump by command, for `-`. */
  readonly last: readonly View[] | undefined;
}

/** The view one looks at. */
export function topOf(stack: ViewStack): View {
  const top = stack.views.at(-1);
  if (!top) throw new Error('the view stack is empty');
  return top;
}

/** One level deeper. */
export function push(stack: ViewStack, view: View): ViewStack {
  return { ...stack, views: [...stack.views, view] };
}

/** Back one level; the outermost view stays. */
export function pop(stack: ViewStack): ViewStack {
  return stack.views.length > 1 ? { ...stack, views: stack.views.slice(0, -1) } : stack;
}

/**
 * To a view by command: back to it where it is on the way, else anew from it, as in k9s. `aside`: something to look up; it comes on
 * top and goes away again.
 */
export function jump(stack: ViewStack, view: View, aside = false): ViewStack {
  const at = stack.views.indexOf(view);
  if (topOf(stack) === view) return stack;
  if (at !== -1) return { views: stack.views.slice(0, at + 1), last: stack.views };
  return { views: aside ? [...stack.views, view] : [view], last: stack.views };
}

/** To the way there was before the last jump, and the next time back again. */
export function swap(stack: ViewStack): ViewStack {
  return stack.last ? { views: stack.last, last: stack.views } : stack;
}

/**
 * What the views want together: depth and scope as the uppermost one says that wants anything (help over a table must not end its
 * bodies), of each table what the uppermost view that shows it wants.
 */
export function needsOf({ views }: ViewStack): Needs {
  const tables = new Map<string, TableNeed>();
  const each = views.toReversed().map((view) => view.needs?.());
  for (const need of each.flatMap((needs) => needs?.tables ?? [])) {
    if (!tables.has(need.table)) tables.set(need.table, need);
  }
  const top = each.find((needs) => needs !== undefined);
  return { tables: [...tables.values()], level: top?.level ?? 'heads', scopes: top?.scopes ?? [] };
}
