/**
 * A table kept by columns: typed arrays, in which an entry takes the bytes of its fields and no more, where as objects it would take ten times
 * as much. For what is many and rarely looked at.
 */

/** A column of numbers; `at` is another array after entries were added or removed. */
export interface NumberColumn<T> {
  readonly at: T;
}

/** A column of whatever entries share with others: 8 bytes each, and what is referred to once. */
export interface ObjectColumn<T> {
  readonly at: (T | undefined)[];
}

type NumberArray = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

interface Column {
  resize(capacity: number): void;
  /** Takes its entries from these slots, in this order, into an array of that capacity. */
  gather(slots: Int32Array, capacity: number): void;
  clear(slot: number): void;
}

const leastCapacity = 256;
/** How much larger it is made at a time. */
const growth = 1.25;
/** A table of which no more than this share is used is made smaller. */
const leastUse = 0.25;

const none = -1;

/**
 * Entries by a key that is an integer below 2^53, in the order in which they were added. An entry's slot is its index in every column until
 * the next `add` or `remove`, which may move all of them.
 */
export class Slots {
  #capacity = leastCapacity;
  #size = 0;
  /** Slots never used so far begin here. */
  #fresh = 0;
  #free = none;
  #oldest = none;
  #newest = none;
  #keys = new Float64Array(leastCapacity);
  /** By slot: neighbours in the order; the free ones are a list by `next`. */
  #previous = new Int32Array(leastCapacity);
  #next = new Int32Array(leastCapacity);
  /** Open addressing: slots by hash of their key, + 1; 0 = empty. */
  #table = new Int32Array(2 * leastCapacity);
  readonly #columns: Column[] = [];

  get size(): number {
    return this.#size;
  }

  /** A column of numbers of this type. Columns are made before the first entry is added. */
  numbers<T extends NumberArray>(type: new (length: number) => T): NumberColumn<T> {
    const column = { at: new type(this.#capacity) };
    this.#columns.push({
      resize(capacity) {
        const before = column.at;
        column.at = new type(capacity);
        column.at.set(before);
      },
      gather(slots, capacity) {
        const before = column.at;
        column.at = new type(capacity);
        for (let i = 0; i < slots.length; i++) column.at[i] = before[slots[i] as number] as number;
      },
      clear() {},
    });
    return column;
  }

  /** A column of objects; a removed entry lets go of its own. */
  objects<T>(): ObjectColumn<T> {
    const column: { at: (T | undefined)[] } = { at: new Array<T | undefined>(this.#capacity).fill(undefined) };
    this.#columns.push({
      resize(capacity) {
        const before = column.at;
        column.at = new Array<T | undefined>(capacity).fill(undefined);
        for (let i = 0; i < before.length; i++) column.at[i] = before[i];
      },
      gather(slots, capacity) {
        const before = column.at;
        column.at = new Array<T | undefined>(capacity).fill(undefined);
        for (let i = 0; i < slots.length; i++) column.at[i] = before[slots[i] as number];
      },
      clear(slot) {
        column.at[slot] = undefined;
      },
    });
    return column;
  }

  /** The slot of a key, -1 without one. */
  find(key: number): number {
    const mask = this.#table.length - 1;
    for (let at = hash(key) & mask; ; at = (at + 1) & mask) {
      const slot = (this.#table[at] as number) - 1;
      if (slot === none || this.#keys[slot] === key) return slot;
    }
  }

  keyOf(slot: number): number {
    return this.#keys[slot] as number;
  }

  /** The slot that was added first, -1 of none. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The slot added after this one, -1 after the last. */
  after(slot: number): number {
    return this.#next[slot] as number;
  }

  /** A slot for a key that has none, at the end of the order; its columns hold whatever was there before. */
  add(key: number): number {
    if (this.#size === this.#capacity) this.#grow();
    let slot = this.#free;
    if (slot === none) slot = this.#fresh++;
    else this.#free = this.#next[slot] as number;
    this.#keys[slot] = key;
    this.#size++;
    this.#append(slot);
    this.#enter(slot);
    return slot;
  }

  /** Lets go of a slot. True if all others have moved since, in their order. */
  remove(slot: number): boolean {
    this.#leave(slot);
    this.#unlink(slot);
    for (const column of this.#columns) column.clear(slot);
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.#size--;
    if (this.#capacity === leastCapacity || this.#size > this.#capacity * leastUse) return false;
    this.#shrink();
    return true;
  }

  #append(slot: number): void {
    this.#previous[slot] = this.#newest;
    this.#next[slot] = none;
    if (this.#newest === none) this.#oldest = slot;
    else this.#next[this.#newest] = slot;
    this.#newest = slot;
  }

  #unlink(slot: number): void {
    const previous = this.#previous[slot] as number;
    const next = this.#next[slot] as number;
    if (previous === none) this.#oldest = next;
    else this.#next[previous] = next;
    if (next === none) this.#newest = previous;
    else this.#previous[next] = previous;
  }

  #enter(slot: number): void {
    const mask = this.#table.length - 1;
    let at = hash(this.#keys[slot] as number) & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = slot + 1;
  }

  /** Closes the hole: what lies behind it moves up as far as its own place allows. */
  #leave(slot: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let hole = hash(this.#keys[slot] as number) & mask;
    while (table[hole] !== slot + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const home = hash(this.#keys[(table[at] as number) - 1] as number) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      table[hole] = table[at] as number;
      hole = at;
    }
    table[hole] = 0;
  }

  #grow(): void {
    const capacity = Math.ceil(this.#capacity * growth);
    for (const column of this.#columns) column.resize(capacity);
    this.#keys = enlarged(this.#keys, new Float64Array(capacity));
    this.#previous = enlarged(this.#previous, new Int32Array(capacity));
    this.#next = enlarged(this.#next, new Int32Array(capacity));
    this.#capacity = capacity;
    if (this.#table.length < capacity * 1.5) this.#enterAll();
  }

  #shrink(): void {
    const slots = new Int32Array(this.#size);
    for (let slot = this.#oldest, i = 0; slot !== none; slot = this.#next[slot] as number) slots[i++] = slot;
    const capacity = Math.max(leastCapacity, this.#size * 2);
    for (const column of this.#columns) column.gather(slots, capacity);
    const keys = this.#keys;
    this.#keys = new Float64Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#next = new Int32Array(capacity);
    this.#capacity = capacity;
    this.#free = this.#oldest = this.#newest = none;
    this.#fresh = slots.length;
    for (let slot = 0; slot < slots.length; slot++) {
      this.#keys[slot] = keys[slots[slot] as number] as number;
      this.#append(slot);
    }
    this.#enterAll();
  }

  #enterAll(): void {
    let length = 2 * leastCapacity;
    while (length < this.#capacity * 1.5) length *= 2;
    this.#table = new Int32Array(length);
    for (let slot = this.#oldest; slot !== none; slot = this.#next[slot] as number) this.#enter(slot);
  }
}

function enlarged<T extends NumberArray>(before: T, now: T): T {
  now.set(before);
  return now;
}

/** Of both halves of an integer below 2^53. */
function hash(key: number): number {
  let mixed = Math.imul((key ^ Math.imul((key / 4294967296) | 0, 0x85ebca6b)) | 0, 0x9e3779b1);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
