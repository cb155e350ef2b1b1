/** Columns out of rows: each different part of a row is read once. */
import type { Row, Value } from '../../src/domain/column.ts';

/** The part of a row that many rows have in common: an object whose own columns are the row's. Undefined = there is none. */
export type SharedOf = (row: Row) => Row | undefined;

/** A column's values: row i has `distinct[index[i]]`. */
export interface ColumnCells {
  readonly distinct: readonly (Value | undefined)[];
  readonly index: Uint32Array;
}

/** A function that gives the cells of each column of these rows. */
export function createCells(rows: readonly Row[], sharedOf: SharedOf | undefined): (id: string) => ColumnCells {
  const own = Uint32Array.from(rows, (_, i) => i);
  const shared = sharedOf && partsOf(rows, sharedOf);
  const first = shared?.parts[0];
  const prototype = commonPrototype(rows);
  return (id) => {
    if (shared && first && Object.hasOwn(first, id)) {
      return { distinct: shared.parts.map((part) => part[id]), index: shared.index };
    }
    // Calling the getter itself spares the engine a look-up by name for each row.
    const get = Object.getOwnPropertyDescriptor(prototype, id)?.get;
    const distinct = get ? rows.map((row) => get.call(row) as Value) : rows.map((row) => row[id]);
    return { distinct, index: own };
  };
}

interface Parts {
  readonly parts: readonly Row[];
  readonly index: Uint32Array;
}

/** The different shared parts; undefined if a row has none. */
function partsOf(rows: readonly Row[], sharedOf: SharedOf): Parts | undefined {
  const places = new Map<Row, number>();
  const index = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const part = sharedOf(rows[i] as Row);
    if (part === undefined) return undefined;
    let place = places.get(part);
    if (place === undefined) {
      place = places.size;
      places.set(part, place);
    }
    index[i] = place;
  }
  return { parts: [...places.keys()], index };
}

/** What all rows inherit from, where that is the same; an empty object otherwise. */
function commonPrototype(rows: readonly Row[]): object {
  const first = rows.length === 0 ? undefined : Object.getPrototypeOf(rows[0]);
  const isCommon = first && rows.every((row) => Object.getPrototypeOf(row) === first);
  return isCommon ? first : {};
}
