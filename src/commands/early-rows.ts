/** Rows that an agent let pass before anybody told whose their pods are. */
import type { Row } from '../domain/column.ts';
import type { Filter } from '../domain/filter/filter.ts';

export interface EarlyRows {
  /** Keeps a row that does not pass yet, if it may. */
  put(agent: string, row: Row): void;
  /** Those that pass by what is known now; others of which everything is known are let go of. */
  takeKnown(): readonly (readonly [agent: string, row: Row])[];
}

/** The oldest go first. */
const most = 20_000;

export function createEarlyRows(filter: Pick<Filter, 'mayMatch' | 'mayMatchNamed'>): EarlyRows {
  let waiting: (readonly [string, Row])[] = [];
  return {
    put(agent, row) {
      if (!filter.mayMatchNamed(row)) return;
      waiting.push([agent, row]);
      if (waiting.length > 2 * most) waiting = waiting.slice(-most);
    },
    takeKnown() {
      const known = waiting.filter(([, row]) => filter.mayMatch(row));
      waiting = waiting.filter(([, row]) => !filter.mayMatch(row) && filter.mayMatchNamed(row));
      return known;
    },
  };
}
