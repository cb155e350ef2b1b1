/** The way to the screen one looks at. Every entry keeps its view, and with it filter, sort, cursor, scroll and pause. */
import type { View } from '../views/view.ts';

export interface ViewStack {
  /** Outermost first; never empty. */
  readonly views: readonly View[];
  /** The view that was on top before the last jump by command, for `-`. */
  readonly last: View | undefined;
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

/** To a view by command: back to it where it is on the way, else one level deeper. */
export function jump(stack: ViewStack, view: View): ViewStack {
  const at = stack.views.findIndex(({ id }) => id === view.id);
  const top = topOf(stack);
  const last = top.id === view.id ? stack.last : top;
  return { views: at === -1 ? [...stack.views, view] : stack.views.slice(0, at + 1), last };
}
