/**
 * The person's own keys: a JSON object from action id to a key or a list of keys, instead of the ones an action comes with. `*.pause`
 * means that action of every screen.
 */
import { nearest } from '../domain/filter/suggest.ts';
import { readKeyName } from '../tui/keys.ts';
import type { Action } from '../tui/view.ts';

export interface KeyMap {
  /** Actions it names, as written. */
  readonly ids: readonly string[];
  /** Whether it has keys for this action. */
  names(id: string): boolean;
  /** The actions with the person's keys. What else claimed one of those keys gives it up. */
  apply(actions: readonly Action[]): readonly Action[];
}

export const defaultKeys: KeyMap = { ids: [], names: () => false, apply: (actions) => actions };

export interface ReadKeyMap {
  readonly keyMap: KeyMap;
  /** What was wrong, a sentence each; the rest of the map counts all the same. */
  readonly problems: readonly string[];
}

/** Reads a key map; never throws. */
export function readKeyMap(text: string): ReadKeyMap {
  const problems: string[] = [];
  const keysOf = new Map<string, readonly string[]>();
  for (const [id, value] of entriesOf(text, problems)) {
    const names: readonly unknown[] = Array.isArray(value) ? value : [value];
    const keys = names.flatMap((name) => {
      const key = typeof name === 'string' ? readKeyName(name) : undefined;
      if (key === undefined) problems.push(`${id}: ${JSON.stringify(name)} is no key`);
      return key === undefined ? [] : [key];
    });
    // An empty list takes an action its keys away; one that held only mistakes must not.
    if (keys.length > 0 || names.length === 0) keysOf.set(id, [...new Set(keys)]);
  }
  return {
    keyMap: {
      ids: [...keysOf.keys()],
      names: (id) => lookUp(keysOf, id) !== undefined,
      apply: (actions) => applied(actions, keysOf),
    },
    problems,
  };
}

/** Ids of the map that no action has, and keys it gives to two actions of one screen, a sentence each. */
export function checkKeyMap(keyMap: KeyMap, screens: readonly (readonly Action[])[]): readonly string[] {
  const known = new Set(screens.flatMap((actions) => actions.map(({ id }) => id)));
  const unknown = keyMap.ids
    .filter((id) => !known.has(id) && ![...known].some((each) => wildcardOf(each) === id))
    .map((id) => {
      const near = nearest(id, known);
      return `no action "${id}"${near ? `: did you mean ${near}?` : ''}`;
    });
  const doubled = screens.flatMap((actions) => {
    const mapped = keyMap.apply(actions).filter(({ id }) => keyMap.names(id));
    const byKey = Map.groupBy(
      mapped.flatMap(({ id, keys }) => keys.map((key) => ({ id, key }))),
      ({ key }) => key,
    );
    return [...byKey].flatMap(([key, claims]) => {
      const [first, second] = claims;
      return second ? [`${key} is given to ${first?.id} and ${second.id}: the first has it`] : [];
    });
  });
  return [...new Set([...unknown, ...doubled])];
}

function entriesOf(text: string, problems: string[]): readonly (readonly [string, unknown])[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return Object.entries(parsed);
    problems.push('not a JSON object from action id to keys');
  } catch (error) {
    problems.push(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return [];
}

function applied(actions: readonly Action[], keysOf: ReadonlyMap<string, readonly string[]>): readonly Action[] {
  if (keysOf.size === 0) return actions;
  const taken = new Set(actions.flatMap(({ id }) => lookUp(keysOf, id) ?? []));
  return actions.map((action) => {
    const keys = lookUp(keysOf, action.id) ?? action.keys.filter((key) => !taken.has(key));
    return keys === action.keys ? action : { ...action, keys };
  });
}

/** What is said of the action itself goes before what is said of its like on every screen. */
function lookUp(keysOf: ReadonlyMap<string, readonly string[]>, id: string): readonly string[] | undefined {
  return keysOf.get(id) ?? keysOf.get(wildcardOf(id));
}

/** `*.sort.current` of `http.sort.current`. */
function wildcardOf(id: string): string {
  return `*${id.slice(id.indexOf('.'))}`;
}
