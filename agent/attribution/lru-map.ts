/** A map that keeps the `limit` entries used last. */
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';

export interface LruMap<K, V> {
  /** Reading counts as use. */
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  delete(key: K): void;
  readonly size: number;
}

export function createLruMap<K, V>(limit: number): LruMap<K, V> {
  const map = new Map<K, V>();
  const oldestEntry = oldestEntryOf(map);
  return {
    get(key) {
      const value = map.get(key);
      if (value === undefined) return undefined;
      map.delete(key);
      map.set(key, value);
      return value;
    },
    set(key, value) {
      map.delete(key);
      map.set(key, value);
      if (map.size <= limit) return;
      const oldest = oldestEntry();
      if (oldest) map.delete(oldest[0]);
    },
    delete: (key) => void map.delete(key),
    get size() {
      return map.size;
    },
  };
}
