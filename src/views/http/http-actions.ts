/** The keys of the live table. */
import type { Direction } from '../../domain/format/index.ts';
import type { Action } from '../../tui/view.ts';

/** What the keys reach. */
export interface HttpMoves {
  moveRows(delta: number): void;
  movePage(pages: number): void;
  toStart(): void;
  toNewest(): void;
  moveColumn(step: number): void;
  open(): void;
  pause(): void;
  toggleErrors(): void;
  toggleWide(): void;
  sort(column: string, first: Direction): void;
  sortCurrent(): void;
  filterToValue(exclude: boolean): void;
  copyCell(): void;
  copyCurl(): void;
  openJson(): void;
  clearFilter(): void;
}

/** What decides whether an action is to be had now: reasons why not, undefined = it is. */
export interface HttpLimits {
  readonly noRow: string | undefined;
  readonly noColumn: string | undefined;
}

/** Key, column and what comes first at the first press: for figures the biggest, for names the first letter. */
const sorts: readonly (readonly [letter: string, column: string, title: string, first: Direction])[] = [
  ['t', 'time_', 'time', 'ascending'],
  ['l', 'latency', 'latency', 'descending'],
  ['s', 'resp_status', 'status', 'descending'],
  ['m', 'req_method', 'method', 'ascending'],
  ['p', 'req_path', 'path', 'ascending'],
  ['n', 'source', 'source', 'ascending'],
  ['d', 'destination', 'destination', 'ascending'],
  ['b', 'resp_body_size', 'response size', 'descending'],
  ['r', 'req_body_size', 'request size', 'descending'],
];

export function httpActions(moves: HttpMoves, { noRow, noColumn }: HttpLimits): readonly Action[] {
  const group = 'requests';
  const motion = 'moving';
  return [
    { id: 'http.open', title: 'headers, body', keys: ['enter'], group, hint: true, disabled: noRow, run: moves.open },
    { id: 'http.pause', title: 'pause', keys: ['p', 'space'], group, hint: true, run: moves.pause },
    {
      id: 'http.follow',
      title: 'follow newest',
      keys: ['f', 'shift+g', 'end'],
      group,
      hint: true,
      run: moves.toNewest,
    },
    { id: 'http.errors', title: 'errors only', keys: ['!'], group, hint: true, run: moves.toggleErrors },
    { id: 'http.wide', title: 'wide', keys: ['w'], group, hint: true, run: moves.toggleWide },
    {
      id: 'http.only',
      title: 'only this value',
      keys: ['='],
      group,
      hint: true,
      disabled: noColumn,
      run: () => moves.filterToValue(false),
    },
    {
      id: 'http.without',
      title: 'without this value',
      keys: ['x'],
      group,
      hint: true,
      disabled: noColumn,
      run: () => moves.filterToValue(true),
    },
    { id: 'http.clear', title: 'clear the filter', keys: ['ctrl+u', 'u'], group, run: moves.clearFilter },
    { id: 'http.copy', title: 'copy cell, or path', keys: ['c'], group, disabled: noRow, run: moves.copyCell },
    {
      id: 'http.curl',
      title: 'copy as curl',
      keys: ['shift+c'],
      group,
      hint: true,
      disabled: noRow,
      run: moves.copyCurl,
    },
    { id: 'http.json', title: 'as JSON', keys: ['y'], group, hint: true, disabled: noRow, run: moves.openJson },
    {
      id: 'http.column.left',
      title: 'column to the left',
      keys: ['left', 'h'],
      group: motion,
      run: () => moves.moveColumn(-1),
    },
    {
      id: 'http.column.right',
      title: 'column to the right',
      keys: ['right', 'l'],
      group: motion,
      run: () => moves.moveColumn(1),
    },
    { id: 'http.up', title: 'up', keys: ['up', 'k'], group: motion, run: () => moves.moveRows(-1) },
    { id: 'http.down', title: 'down', keys: ['down', 'j'], group: motion, run: () => moves.moveRows(1) },
    { id: 'http.page.up', title: 'page up', keys: ['pageup', 'ctrl+b'], group: motion, run: () => moves.movePage(-1) },
    {
      id: 'http.page.down',
      title: 'page down',
      keys: ['pagedown', 'ctrl+f'],
      group: motion,
      run: () => moves.movePage(1),
    },
    { id: 'http.top', title: 'first row', keys: ['g', 'home'], group: motion, run: moves.toStart },
    ...sorts.map(([letter, column, title, first]): Action => {
      const run = () => moves.sort(column, first);
      return { id: `http.sort.${column}`, title: `sort by ${title}`, keys: [`shift+${letter}`], group: 'sorting', run };
    }),
    {
      id: 'http.sort.current',
      title: 'sort by the column under the cursor',
      keys: ['shift+o'],
      group: 'sorting',
      disabled: noColumn,
      run: moves.sortCurrent,
    },
  ];
}
