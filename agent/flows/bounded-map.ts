/** A map of at most `limit` entries: those not touched for longest go first. */
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';

export interface BoundedMap<K, V> {
  get(key: K): V | undefined;
  /** Adds, or moves to the end. */
  touch(key: K, value: V): void;
  delete(key: K): void;
  values(): IterableIterator<V>;
  readonly size: number;
}

export function createBoundedMap<K, V>(limit: number, onEvict: (value: V) => void = () => {}): BoundedMap<K, V> {
  const map = new Map<K, V>();
  const oldestEntry = oldestEntryOf(map);
  return {
    get: (key) => map.get(key),
    touch(key, value) {
      map.delete(key);
      map.set(key, value);
      if (map.size <= limit) return;
      const oldest = oldestEntry();
      if (!oldest) return;
      map.delete(oldest[0]);
      onEvict(oldest[1]);
    },
    delete: (key) => void map.delete(key),
    values: () => map.values(),
    get size() {
      return map.size;
    },
  };
}
