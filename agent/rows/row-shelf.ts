/** Rows in the order in which they came, oldest first; a newer state of a row takes the place of the one before. */
import type { Row } from '../../src/domain/column.ts';

interface Entry {
  row: Row;
  size: number;
  /** Where it is, counted from the first row ever. */
  place: number;
}

/**
 * Most rows come once and are final: those cost a place in a ring of arrays and nothing else. Rows that may come again are found by
 * key; keys of final rows are looked for among all rows, which happens when somebody opens one.
 */
export class RowShelf {
  readonly #keyOf: (row: Row) => string;
  #rows: (Row | undefined)[] = new Array(64).fill(undefined);
  #sizes: number[] = new Array(64).fill(0);
  /** Keys of the rows that may come again. */
  #keys: (string | undefined)[] = new Array(64).fill(undefined);
  /** Place of the oldest row, and of the next to come. */
  #first = 0;
  #next = 0;
  readonly #changing = new Map<string, Entry>();
  bytes = 0;

  constructor(keyOf: (row: Row) => string) {
    this.#keyOf = keyOf;
  }

  get length(): number {
    return this.#next - this.#first;
  }

  /** Adds a row of which there is no other state. */
  add(row: Row, size: number): void {
    if (this.length === this.#rows.length) this.#grow();
    const at = this.#next & (this.#rows.length - 1);
    this.#rows[at] = row;
    this.#sizes[at] = size;
    this.#next++;
    this.bytes += size;
  }

  /** Adds a row, or replaces its earlier state in its place; returns that. */
  put(row: Row, size: number): Row | undefined {
    const key = this.#keyOf(row);
    const entry = this.#changing.get(key);
    if (entry === undefined) {
      this.#changing.set(key, { row, size, place: this.#next });
      this.add(row, size);
      this.#keys[(this.#next - 1) & (this.#rows.length - 1)] = key;
      return undefined;
    }
    const previous = entry.row;
    const at = entry.place & (this.#rows.length - 1);
    this.bytes += size - entry.size;
    this.#rows[at] = row;
    this.#sizes[at] = size;
    entry.row = row;
    entry.size = size;
    return previous;
  }

  /** The size of the oldest row; 0 when there is none. */
  get oldestSize(): number {
    return this.length === 0 ? 0 : (this.#sizes[this.#first & (this.#rows.length - 1)] ?? 0);
  }

  /** Takes the oldest row away. */
  shift(): Row | undefined {
    if (this.length === 0) return undefined;
    const at = this.#first & (this.#rows.length - 1);
    const row = this.#rows[at];
    this.bytes -= this.#sizes[at] ?? 0;
    this.#rows[at] = undefined;
    this.#first++;
    const key = this.#keys[at];
    if (key !== undefined) {
      this.#changing.delete(key);
      this.#keys[at] = undefined;
    }
    return row;
  }

  get(key: string): Row | undefined {
    const entry = this.#changing.get(key);
    if (entry !== undefined) return entry.row;
    // Who asks has most likely seen the row just now.
    for (let place = this.#next - 1; place >= this.#first; place--) {
      const row = this.#rows[place & (this.#rows.length - 1)];
      if (row !== undefined && this.#keyOf(row) === key) return row;
    }
    return undefined;
  }

  /** All rows, oldest first. */
  list(): Row[] {
    const list: Row[] = [];
    for (let place = this.#first; place < this.#next; place++) {
      const row = this.#rows[place & (this.#rows.length - 1)];
      if (row !== undefined) list.push(row);
    }
    return list;
  }

  /** Twice the room; places keep their meaning, which is why the size is a power of two. */
  #grow(): void {
    const size = this.#rows.length * 2;
    const rows: (Row | undefined)[] = new Array(size).fill(undefined);
    const sizes: number[] = new Array(size).fill(0);
    const keys: (string | undefined)[] = new Array(size).fill(undefined);
    for (let place = this.#first; place < this.#next; place++) {
      rows[place & (size - 1)] = this.#rows[place & (this.#rows.length - 1)];
      sizes[place & (size - 1)] = this.#sizes[place & (this.#rows.length - 1)] ?? 0;
      keys[place & (size - 1)] = this.#keys[place & (this.#rows.length - 1)];
    }
    this.#rows = rows;
    this.#sizes = sizes;
    this.#keys = keys;
  }
}
