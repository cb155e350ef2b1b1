/** What goes wrong when: the same course for every run, counted from the start of the process, so that charts have shape. */

/** Seconds after which it begins anew. */
const cycle = 75;

export type Trouble =
  /** The card network answers late or not at all. */
  | 'payments'
  /** The database does something else. */
  | 'database'
  /** Recommendations are overloaded. */
  | 'recommendations'
  /** The fraud check is being restarted: its port is closed. */
  | 'fraud-down'
  /** The catalog builds its index: the CPU is busy. */
  | 'indexing'
  /** Everybody comes at once. */
  | 'rush';

/** Begin and end of each, seconds of the cycle. */
const course: Readonly<Record<Trouble, readonly [from: number, to: number]>> = {
  recommendations: [10, 16],
  payments: [22, 30],
  'fraud-down': [34, 38],
  rush: [40, 47],
  database: [53, 59],
  indexing: [66, 69],
};

/** Is it that time? `seconds` since the start. */
export function isTrouble(trouble: Trouble, seconds: number = performance.now() / 1000): boolean {
  const at = seconds % cycle;
  const [from, to] = course[trouble];
  return at >= from && at < to;
}
