/** The keys of a list. */
import type { Direction } from '../../domain/format/index.ts';
import type { Action } from '../../tui/view.ts';
import type { ListSpec, ListTools } from './list-spec.ts';

/** What the keys reach. */
export interface ListMoves {
  moveRows(delta: number): void;
  movePage(pages: number): void;
  toStart(): void;
  toNewest(): void;
  moveColumn(step: number): void;
  open(): void;
  describe(): void;
  pause(): void;
  stepTime(steps: number): void;
  toggleFailures(): void;
  turnSide(): void;
  toggleWide(): void;
  sort(column: string, first: Direction): void;
  sortCurrent(): void;
  filterToValue(exclude: boolean): void;
  copyCell(): void;
  openJson(): void;
  openRequests(): void;
  openLatency(): void;
  clearFilter(): void;
}

/** How things stand: which switches are on, and why an action cannot be done now (undefined = it can). */
export interface ListStanding {
  readonly noRow: string | undefined;
  readonly noColumn: string | undefined;
  readonly isPaused: boolean;
  readonly isFailuresOnly: boolean;
  readonly isWide: boolean;
  /** New rows come in at the bottom. */
  readonly isGrowing: boolean;
  /** The view `l` opens is there. */
  readonly hasLatencyView: boolean;
}

export function listActions(
  spec: ListSpec,
  moves: ListMoves,
  standing: ListStanding,
  tools: ListTools,
): readonly Action[] {
  return [
    ...rowActions(spec, moves, standing),
    ...(spec.actions?.(tools) ?? []),
    ...motions(spec, moves),
    ...sorts(spec, moves, standing),
  ];
}

function rowActions(spec: ListSpec, moves: ListMoves, standing: ListStanding): readonly Action[] {
  const { noRow, noColumn } = standing;
  const { id } = spec;
  const group = spec.group ?? spec.noun;
  const requests: Action = {
    id: `${id}.requests`,
    title: 'its requests',
    keys: ['h'],
    group,
    hint: true,
    disabled: noRow,
    run: moves.openRequests,
  };
  const latency: Action = {
    id: `${id}.latency`,
    title: 'latency over time',
    // Where `l` moves between columns, as it does without a chart of the row's own, `t` remains.
    keys: isSteppedByLetters(spec) ? ['t'] : ['l', 't'],
    group,
    hint: true,
    disabled: noRow,
    run: moves.openLatency,
  };
  const describe: Action = {
    id: `${id}.describe`,
    title: spec.describe?.title ?? '',
    keys: ['d'],
    group,
    hint: true,
    disabled: noRow,
    run: moves.describe,
  };
  const sides: Action = {
    id: `${id}.sides`,
    title: 'both sides or one',
    keys: ['s'],
    group,
    hint: true,
    run: moves.turnSide,
  };
  return [
    {
      id: `${id}.open`,
      title: spec.open.title,
      keys: spec.describe ? ['enter'] : ['enter', 'd'],
      group,
      hint: true,
      disabled: noRow,
      run: moves.open,
    },
    ...(spec.describe ? [describe] : []),
    ...(spec.requests ? [requests] : []),
    ...(spec.sides ? [sides] : []),
    ...(spec.latency && standing.hasLatencyView ? [latency] : []),
    {
      id: `${id}.pause`,
      title: 'pause',
      keys: ['p', 'space'],
      group,
      hint: true,
      on: standing.isPaused,
      run: moves.pause,
    },
    {
      id: `${id}.follow`,
      title: standing.isGrowing ? 'follow newest' : 'follow the top',
      keys: ['f', 'shift+g', 'end'],
      group,
      hint: true,
      run: moves.toNewest,
    },
    {
      id: `${id}.errors`,
      title: spec.failures.title,
      keys: ['!'],
      group,
      hint: true,
      on: standing.isFailuresOnly,
      run: moves.toggleFailures,
    },
    { id: `${id}.wide`, title: 'wide', keys: ['w'], group, hint: true, on: standing.isWide, run: moves.toggleWide },
    {
      id: `${id}.only`,
      title: 'only this value',
      keys: ['='],
      group,
      hint: true,
      disabled: noColumn,
      run: () => moves.filterToValue(false),
    },
    {
      id: `${id}.without`,
      title: 'without this value',
      keys: ['x'],
      group,
      hint: true,
      disabled: noColumn,
      run: () => moves.filterToValue(true),
    },
    { id: `${id}.clear`, title: 'clear the filter', keys: ['ctrl+u', 'u'], group, run: moves.clearFilter },
    {
      id: `${id}.copy`,
      title: `copy cell, or ${copied(spec)}`,
      keys: ['c'],
      group,
      disabled: noRow,
      run: moves.copyCell,
    },
    { id: `${id}.json`, title: 'as JSON', keys: ['y'], group, hint: true, disabled: noRow, run: moves.openJson },
    { id: `${id}.earlier`, title: 'step back in time', keys: ['['], group, run: () => moves.stepTime(-1) },
    { id: `${id}.later`, title: 'step forward in time', keys: [']'], group, run: () => moves.stepTime(1) },
  ];
}

function motions(spec: ListSpec, moves: ListMoves): readonly Action[] {
  const { id } = spec;
  const group = 'moving';
  const letters = isSteppedByLetters(spec);
  return [
    {
      id: `${id}.column.left`,
      title: 'column to the left',
      keys: letters ? ['left', 'h'] : ['left'],
      group,
      run: () => moves.moveColumn(-1),
    },
    {
      id: `${id}.column.right`,
      title: 'column to the right',
      keys: letters ? ['right', 'l'] : ['right'],
      group,
      run: () => moves.moveColumn(1),
    },
    { id: `${id}.up`, title: 'up', keys: ['up', 'k'], group, run: () => moves.moveRows(-1) },
    { id: `${id}.down`, title: 'down', keys: ['down', 'j'], group, run: () => moves.moveRows(1) },
    { id: `${id}.page.up`, title: 'page up', keys: ['pageup', 'ctrl+b'], group, run: () => moves.movePage(-1) },
    { id: `${id}.page.down`, title: 'page down', keys: ['pagedown', 'ctrl+f'], group, run: () => moves.movePage(1) },
    { id: `${id}.top`, title: 'first row', keys: ['g', 'home'], group, run: moves.toStart },
  ];
}

function sorts(spec: ListSpec, moves: ListMoves, { noColumn }: ListStanding): readonly Action[] {
  const group = 'sorting';
  return [
    ...spec.sorts.map(({ letter, column, title, first }): Action => {
      const run = () => moves.sort(column, first);
      return { id: `${spec.id}.sort.${column}`, title: `sort by ${title}`, keys: [`shift+${letter}`], group, run };
    }),
    {
      id: `${spec.id}.sort.current`,
      title: 'sort by the column under the cursor',
      keys: ['shift+o'],
      group,
      disabled: noColumn,
      run: moves.sortCurrent,
    },
  ];
}

/** `h` and `l` step through columns, as in vi, where no row has requests of its own to go to with them. */
function isSteppedByLetters({ requests }: ListSpec): boolean {
  return requests === undefined;
}

function copied({ table, copies }: ListSpec): string {
  return (table.columns[copies]?.title ?? copies).toLowerCase();
}
