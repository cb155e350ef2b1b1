/**
 * Figures of one key in one stretch of time as bytes: a fifth of what an object takes, outside the JavaScript heap, written once and read
 * in order. Layout: length of the rest, key, sums, lasts (0 = unknown, else value + 1), then the sketch; numbers are LEB128.
 */

/** How many figures a cell has: `sums` add up over time, agents and keys; of `lasts` the newest counts. */
export interface CellShape {
  readonly sums: number;
  readonly lasts: number;
}

/** One cell, taken apart; reused from cell to cell. */
export interface Cell {
  key: number;
  readonly sums: Float64Array;
  /** NaN = unknown. */
  readonly lasts: Float64Array;
  /** Where the encoded sketch is; empty when both are equal. */
  sketchFrom: number;
  sketchTo: number;
}

export function createCell(shape: CellShape): Cell {
  return {
    key: 0,
    sums: new Float64Array(shape.sums),
    lasts: new Float64Array(shape.lasts),
    sketchFrom: 0,
    sketchTo: 0,
  };
}

/** Position in the bytes, shared by the readers below. */
interface Reader {
  at: number;
}

const reader: Reader = { at: 0 };

/** Takes the cell at `at` apart; returns where the next one begins. */
export function readCell(bytes: Uint8Array, at: number, cell: Cell): number {
  reader.at = at;
  const length = number(bytes);
  const end = reader.at + length;
  cell.key = number(bytes);
  const { sums, lasts } = cell;
  for (let i = 0; i < sums.length; i += 1) sums[i] = number(bytes);
  for (let i = 0; i < lasts.length; i += 1) {
    const value = number(bytes);
    lasts[i] = value === 0 ? Number.NaN : value - 1;
  }
  cell.sketchFrom = reader.at;
  cell.sketchTo = end;
  return end;
}

/** The key of the cell at `at` alone; `next.at` is where the next one begins. */
export function readKey(bytes: Uint8Array, at: number, next: { at: number }): number {
  reader.at = at;
  const length = number(bytes);
  next.at = reader.at + length;
  return number(bytes);
}

function number(bytes: Uint8Array): number {
  let byte = bytes[reader.at] ?? 0;
  reader.at += 1;
  if (byte < 0x80) return byte;
  let value = byte & 0x7f;
  let scale = 0x80;
  do {
    byte = bytes[reader.at] ?? 0;
    reader.at += 1;
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
  } while (byte >= 0x80);
  return value;
}

export interface CellWriter {
  /** Appends a cell. Figures are rounded; what is negative or no number counts as 0 (sums) or unknown (lasts). */
  write(key: number, sums: ArrayLike<number>, lasts: ArrayLike<number>, sketch?: Uint8Array): void;
  readonly cells: number;
  /** The bytes so far, copied; the writer begins anew. */
  take(): Uint8Array;
}

/** Most a number takes: 2^53 in groups of seven bits. */
const numberBytes = 8;
const largest = Number.MAX_SAFE_INTEGER - 1;

export function createCellWriter(): CellWriter {
  let bytes = new Uint8Array(4096);
  let at = 0;
  let cells = 0;

  const put = (value: number) => {
    let rest = value >= 0 ? Math.min(Math.round(value), largest) : 0;
    while (rest >= 0x80) {
      bytes[at] = (rest % 0x80) | 0x80;
      at += 1;
      rest = Math.floor(rest / 0x80);
    }
    bytes[at] = rest;
    at += 1;
  };

  return {
    write(key, sums, lasts, sketch) {
      const sketchBytes = sketch?.length ?? 0;
      const most = (sums.length + lasts.length + 2) * numberBytes + sketchBytes;
      if (at + most > bytes.length) {
        const wider = new Uint8Array(Math.max(bytes.length * 2, at + most));
        wider.set(bytes);
        bytes = wider;
      }
      const begin = at;
      // The length takes two bytes where one would do: known only at the end.
      at += 2;
      put(key);
      for (let i = 0; i < sums.length; i += 1) put(sums[i] ?? 0);
      for (let i = 0; i < lasts.length; i += 1) {
        const value = lasts[i] ?? Number.NaN;
        put(value >= 0 ? value + 1 : 0);
      }
      if (sketch) bytes.set(sketch, at);
      at += sketchBytes;
      const length = at - begin - 2;
      bytes[begin] = (length % 0x80) | 0x80;
      bytes[begin + 1] = Math.floor(length / 0x80);
      cells += 1;
    },
    get cells() {
      return cells;
    },
    take() {
      const taken = bytes.slice(0, at);
      at = 0;
      cells = 0;
      return taken;
    },
  };
}

/** Longest cell a writer can write: its length has fourteen bits. */
export const mostCellBytes = 0x3fff;
