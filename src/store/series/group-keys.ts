/** The keys of a group. Most groups are a container or a pod and have one or two: a map for each would be most of their memory. */

export interface KeyEntry {
  /** Cells of the key in the group. */
  cells: number;
  gauge: Gauge | undefined;
}

/** The newest figures of a key and when they were told. */
export interface Gauge {
  time: number;
  readonly lasts: number[];
}

/** Keys up to which they are looked for one by one. */
const few = 8;

/** A map from key to entry, small while it has few. Iterates in the order in which keys came, as long as none goes. */
export class GroupKeys {
  #ids: number[] = [];
  #entries: KeyEntry[] = [];
  #places: Map<number, number> | undefined;

  get size(): number {
    return this.#ids.length;
  }

  get(id: number): KeyEntry | undefined {
    const place = this.#placeOf(id);
    return place < 0 ? undefined : this.#entries[place];
  }

  /** Of a key that is not there yet. */
  add(id: number, entry: KeyEntry): void {
    this.#ids.push(id);
    this.#entries.push(entry);
    if (this.#places) this.#places.set(id, this.#ids.length - 1);
    else if (this.#ids.length > few) this.#places = new Map(this.#ids.map((each, place) => [each, place]));
  }

  /** The last one takes its place. */
  delete(id: number): void {
    const place = this.#placeOf(id);
    if (place < 0) return;
    const lastId = this.#ids.pop() as number;
    const last = this.#entries.pop() as KeyEntry;
    this.#places?.delete(id);
    if (lastId === id) return;
    this.#ids[place] = lastId;
    this.#entries[place] = last;
    this.#places?.set(lastId, place);
  }

  /** Not to be changed. */
  ids(): readonly number[] {
    return this.#ids;
  }

  *[Symbol.iterator](): Iterator<readonly [id: number, entry: KeyEntry]> {
    for (let place = 0; place < this.#ids.length; place += 1)
      yield [this.#ids[place] as number, this.#entries[place] as KeyEntry];
  }

  #placeOf(id: number): number {
    return this.#places ? (this.#places.get(id) ?? -1) : this.#ids.indexOf(id);
  }
}
