/** The oldest entry of a map that is used as a queue, in constant time. */

/**
 * A function that gives the entry of `map` that was put in first, as long as entries are only ever deleted or appended
 * (`set` of a key that is there keeps its place).
 *
 * `map.entries().next()` would walk over every entry deleted since the map was last rehashed: microseconds each time in a
 * large map. An iterator that is kept stays where the deleted ones end. So each entry is given once: whoever asks deletes
 * it, or it is given again only after all others.
 */
export function oldestEntryOf<K, V>(map: ReadonlyMap<K, V>): () => readonly [K, V] | undefined {
  let cursor = map.entries();
  return () => {
    let next = cursor.next();
    if (next.done) {
      // A finished iterator stays finished, though the map may have grown since.
      cursor = map.entries();
      next = cursor.next();
    }
    return next.done ? undefined : next.value;
  };
}
