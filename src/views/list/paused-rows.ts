/**
 * The rows of a paused list. They stand as they were; but when the person asks for something else meanwhile (another filter, other
 * namespaces), the agents have rows of that stretch of time that nobody had asked for before: those come in beside them.
 */
import type { Table } from '../../domain/table.ts';
import type { StoredRow, TimeWindow } from '../../store/store.ts';
import type { TableNeed } from '../view.ts';
import type { ShownRows } from './row-source.ts';

export interface FrozenRows extends ShownRows {
  /** What the agents had been asked for. */
  readonly question: string;
  /** The stretch of time the list stood for: to its newest row; from 0 where it shows all there is. */
  readonly window: TimeWindow;
}

/**
 * @param from where the stretch of time begins, Unix ms
 * @param now the terminal's clock, Unix ms
 * @param at when the person paused, as far as everything was told, Unix ms; undefined while nothing was
 */
export function freeze(
  table: Table,
  shown: ShownRows,
  needs: readonly TableNeed[],
  { from, at, now }: { readonly from: number; readonly at: number | undefined; readonly now: number },
): FrozenRows {
  let newest = 0n;
  for (const { row } of shown.rows) {
    const time = row[table.time];
    if (typeof time === 'bigint' && time > newest) newest = time;
  }
  const to = newest === 0n ? (at ?? now) : Math.max(at ?? 0, Number(newest / 1_000_000n) + 1);
  return { rows: shown.rows, received: shown.received, question: questionOf(needs), window: { from, to } };
}

export function questionOf(needs: readonly TableNeed[]): string {
  return needs.map(({ table, filter }) => `${table} ${filter}`).join('\n');
}

/**
 * The rows that stand and those that came beside them, oldest first; the same arrays give the same array. What stands of a row that
 * came again is how it was.
 */
export function createBeside(table: Table): (stand: ShownRows, come: ShownRows) => ShownRows {
  let known: { stand: readonly StoredRow[]; come: readonly StoredRow[]; rows: readonly StoredRow[] } | undefined;
  return ({ rows: stand, received }, { rows: come }) => {
    if (known?.stand !== stand || known.come !== come) {
      const keys = new Set(stand.map(({ key }) => key));
      const others = come.filter(({ key }) => !keys.has(key));
      const at = ({ row }: StoredRow) => (row[table.time] ?? 0n) as bigint;
      const byTime = (a: StoredRow, b: StoredRow) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0);
      known = { stand, come, rows: others.length === 0 ? stand : [...stand, ...others].sort(byTime) };
    }
    return { rows: known.rows, received };
  };
}
