/** How often one row is told anew: of states that follow each other faster, a reader gets the newest when its time has come. */
import type { Row } from '../../src/domain/column.ts';

export interface RowPace {
  /** True: it may be told now. False: it is kept until then, in the place of an earlier state. */
  admits(row: Row, size: number): boolean;
  /** Everything that is kept, at once. */
  flush(): void;
  close(): void;
}

interface Kept {
  readonly row: Row;
  readonly size: number;
}

export interface RowPaceOptions {
  /** Between two states of a row, ms; at most `mostPaceMs` of it count. */
  readonly paceMs: number;
  readonly keyOf: (row: Row) => string;
  /** Ms. */
  readonly now: () => number;
  /** Its time has come. */
  readonly onDue: (row: Row, size: number) => void;
}

/** Nobody waits longer for the newest state of a row, whatever was asked for. */
const mostPaceMs = 60_000;
/** Rows whose time comes within this part of the pace are told together. */
const together = 8;

/** `paceMs` 0: every row may be told at once. */
export function createRowPace({ paceMs, keyOf, now, onDue }: RowPaceOptions): RowPace {
  if (paceMs <= 0) return { admits: () => true, flush() {}, close() {} };
  const pace = Math.min(paceMs, mostPaceMs);
  /** When each row was told last, those first that were told first; what was told longer ago than the pace is forgotten. */
  const told = new Map<string, number>();
  const kept = new Map<string, Kept>();
  let timer: NodeJS.Timeout | undefined;

  /** Tells the newest state of those whose time has come, or comes soon. */
  function release(within: number): void {
    const time = now();
    for (const [key, when] of told) {
      if (when + pace > time + within) break;
      told.delete(key);
      const due = kept.get(key);
      if (!due) continue;
      kept.delete(key);
      told.set(key, time);
      onDue(due.row, due.size);
    }
  }

  function wait(): void {
    const [first] = told.values();
    if (timer !== undefined || kept.size === 0 || first === undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        release(pace / together);
        wait();
      },
      Math.max(1, first + pace - now()),
    );
    timer.unref();
  }

  return {
    admits(row, size) {
      release(0);
      const key = keyOf(row);
      if (!told.has(key)) {
        told.set(key, now());
        return true;
      }
      kept.set(key, { row, size });
      wait();
      return false;
    },
    flush() {
      clearTimeout(timer);
      timer = undefined;
      for (const { row, size } of kept.values()) onDue(row, size);
      kept.clear();
      told.clear();
    },
    close() {
      clearTimeout(timer);
      kept.clear();
      told.clear();
    },
  };
}
