/** Each row once: when it is final, or, where the end comes first, as far as it got. */
import type { Row } from '../domain/column.ts';
import { rowKey, type Table } from '../domain/table.ts';

export interface FinalRows {
  /** Takes a row or its update. */
  take(agent: string, row: Row): void;
  /** Hands out what is not final. */
  flush(): void;
}

/** Rows that are waited for, and keys of rows handed out that are remembered, at most. */
const limits = { waiting: 20_000, done: 100_000 };

/** Rows that are told anew for as long as what they are about is there. */
const levelTables: ReadonlySet<string> = new Set(['conn_stats', 'process_stats', 'network_stats', 'pod_info']);
const openStates: ReadonlySet<unknown> = new Set(['in-flight', 'connecting', 'open']);

/** @param following nobody waits for the end: what never is final is handed out each time it is told */
export function createFinalRows(table: Table, following: boolean, emit: (row: Row) => void): FinalRows {
  const waiting = new Map<string, Row>();
  const done = new Set<string>();
  const isLevel = levelTables.has(table.id);
  const isFinal = (row: Row) => !isLevel && !openStates.has(row.outcome ?? row.state);

  const handOut = (key: string, row: Row) => {
    waiting.delete(key);
    done.add(key);
    if (done.size > limits.done) dropFirst(done);
    emit(row);
  };

  return {
    take(agent, row) {
      if (isLevel && following) return emit(row);
      const key = `${agent}\n${rowKey(table, row)}`;
      // An agent sends what it kept again after a reconnect.
      if (done.has(key)) return;
      if (isFinal(row)) return handOut(key, row);
      waiting.set(key, row);
      const [oldest] = waiting;
      if (oldest && waiting.size > limits.waiting) handOut(...oldest);
    },
    flush() {
      for (const [key, row] of [...waiting]) handOut(key, row);
    },
  };
}

function dropFirst(keys: Set<string>): void {
  for (const key of keys) {
    keys.delete(key);
    return;
  }
}
