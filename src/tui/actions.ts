/** What derives from action tables: checks, header hints, help. */
import { keyLabel } from './keys.ts';
import type { Action } from './view.ts';

/** Keys that two actions of one scope claim; empty when the table is sound. */
export function duplicateKeys(actions: readonly Action[]): readonly string[] {
  const seen = new Set<string>();
  return actions.flatMap(({ keys }) => keys).filter((key) => seen.size === seen.add(key).size);
}

/** Actions reachable by ctrl keys only: multiplexers and flow control swallow those. */
export function ctrlOnly(actions: readonly Action[]): readonly string[] {
  return actions
    .filter(({ keys }) => keys.length > 0 && keys.every((key) => key.startsWith('ctrl+')))
    .map(({ id }) => id);
}

export interface Hint {
  readonly key: string;
  readonly title: string;
  /** Of a switch: it is on. */
  readonly on?: boolean | undefined;
}

/** Actions under their first key, with their state. */
export function switchesOf(actions: readonly Action[]): readonly Hint[] {
  return actions
    .filter(({ keys }) => keys.length > 0)
    .map(({ keys, title, on }) => ({ key: keyLabel(keys[0] ?? ''), title, on }));
}

/** The actions the header shows, in table order, under their first key. */
export function hintsOf(actions: readonly Action[]): readonly Hint[] {
  return actions
    .filter(({ hint, disabled, keys }) => hint && !disabled && keys.length > 0)
    .map(({ keys, title }) => ({ key: keyLabel(keys[0] ?? ''), title }));
}

export interface ActionGroup {
  readonly title: string;
  readonly entries: readonly { readonly id: string; readonly keys: string; readonly title: string }[];
}

/** The actions under their group headings, for help. */
export function groupActions(actions: readonly Action[]): readonly ActionGroup[] {
  const groups = Map.groupBy(
    actions.filter(({ keys }) => keys.length > 0),
    ({ group }) => group,
  );
  return [...groups].map(([title, members]) => ({
    title,
    entries: members.map((action) => ({
      id: action.id,
      keys: action.keys.map(keyLabel).join(' '),
      title: action.title,
    })),
  }));
}
