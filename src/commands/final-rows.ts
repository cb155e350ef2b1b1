/** Each row once: when it is final, or, where the end comes first, as far as it got. */
import type { Row } from '../domain/column.ts';
import { rowKey, type Table } from '../domain/table.ts';

export interface FinalRows {
  /** Takes a row or its update. */
  take(agent: string, row: Row): void;
  /** Hands out what is still in flight. */
  flush(): void;
}

/** Exchanges in flight that are waited for, and keys of rows handed out that are remembered, at most. */
const limits = { waiting: 20_000, done: 100_000 };

export function createFinalRows(table: Table, emit: (row: Row) => void): FinalRows {
  const waiting = new Map<string, Row>();
  const done = new Set<string>();

  const handOut = (key: string, row: Row) => {
    waiting.delete(key);
    done.add(key);
    if (done.size > limits.done) dropFirst(done);
    emit(row);
  };

  return {
    take(agent, row) {
      const key = `${agent}\n${rowKey(table, row)}`;
      // An agent sends what it kept again after a reconnect.
      if (done.has(key)) return;
      if (row.outcome !== 'in-flight') return handOut(key, row);
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
