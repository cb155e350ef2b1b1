/** Which namespaces are shown: chosen with the digits, by `:ns`, or behind a command. */
import type { Action } from '../tui/view.ts';

export interface NamespaceChoice {
  /** Notes namespaces; each keeps the place, and so the digit, it got first. */
  see(names: readonly string[]): void;
  readonly seen: readonly string[];
  /** Empty = all. A new set with every change. */
  readonly chosen: ReadonlySet<string>;
  /** Empty = all. */
  set(names: readonly string[]): void;
  toggle(name: string): void;
}

export function createNamespaceChoice(): NamespaceChoice {
  const seen: string[] = [];
  let chosen: ReadonlySet<string> = new Set();
  const choice: NamespaceChoice = {
    see(names) {
      for (const name of names) if (!seen.includes(name)) seen.push(name);
    },
    seen,
    get chosen() {
      return chosen;
    },
    set(names) {
      choice.see(names);
      chosen = new Set(names);
    },
    toggle(name) {
      chosen = chosen.has(name) ? new Set([...chosen].filter((other) => other !== name)) : new Set([...chosen, name]);
    },
  };
  return choice;
}

/** `0` and one digit for each of the first nine; `changed` is called after each. */
export function namespaceActions(choice: NamespaceChoice, changed: () => void): readonly Action[] {
  if (choice.seen.length === 0) return [];
  const group = 'namespaces';
  const all: Action = {
    id: 'ns.all',
    title: 'all',
    keys: ['0'],
    group,
    on: choice.chosen.size === 0,
    run: () => {
      choice.set([]);
      changed();
    },
  };
  return [
    all,
    ...choice.seen.slice(0, 9).map(
      (name, i): Action => ({
        id: `ns.${i + 1}`,
        title: name,
        keys: [String(i + 1)],
        group,
        on: choice.chosen.has(name),
        run: () => {
          choice.toggle(name);
          changed();
        },
      }),
    ),
  ];
}

/** "shop", "shop, default", "shop and 3 more". */
export function chosenText(chosen: ReadonlySet<string>, most = 2): string {
  const names = [...chosen];
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
}
