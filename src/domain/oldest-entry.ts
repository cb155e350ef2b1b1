/** The oldest entry of a map that is used as a queue, in constant time. */

/**
 * A function that gives the entry of `map` that was put in first, as long as entries are only ever deleted or appended
 * (`set` of a key that is there keeps its place).
 *
 * `map.entries().next()` would walk over every entry deleted since the map was last rehashed: microseconds each time in a
 * large map. An iterator that is kept stays where the deleted ones end. So each entry is given once: whoever asks deletes
 * it, or it may be given again only after all others.
 *
 * An iterator that rests keeps every table the map has had since, with all that was in them, since it would go from one to the
 * next: a map that changes and is not asked would grow for ever. So it is held weakly: the garbage collector takes it at
 * times, and another one finds its place once.
 */
export function oldestEntryOf<K, V>(map: ReadonlyMap<K, V>): () => readonly [K, V] | undefined {
  let held: WeakRef<MapIterator<[K, V]>> | undefined;

  function begin(): MapIterator<[K, V]> {
    const cursor = map.entries();
    held = new WeakRef(cursor);
    return cursor;
  }

  return () => {
    const next = (held?.deref() ?? begin()).next();
    if (!next.done) return next.value;
    // A finished iterator stays finished, though the map may have grown since.
    const first = begin().next();
    return first.done ? undefined : first.value;
  };
}
