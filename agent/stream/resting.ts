/** Connections nobody has heard of for long, kept small until they speak again. */
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';
import type { RestingConnection } from './connection.ts';

export interface Resting {
  /** Returns how many others had to be forgotten to make room. */
  add(connection: RestingConnection): number;
  get(cookie: number): RestingConnection | undefined;
  /** Takes it away: it is followed again. */
  take(cookie: number): RestingConnection | undefined;
  /** Forgets those silent since before `since`: looks at some of them, at others the next time. */
  expire(since: number): void;
  readonly size: number;
}

/** Connections looked at by one call of `expire`. */
const looks = 2000;

/** Keeps at most `limit`; those that rest longest go first. */
export function createResting(limit: number): Resting {
  const connections = new Map<number, RestingConnection>();
  const oldest = oldestEntryOf(connections);
  /** Another walk, round and round; moved on every second, or it would keep what has been deleted since. */
  let walk: MapIterator<[number, RestingConnection]> | undefined;

  return {
    add(connection) {
      connections.set(connection.socket.cookie, connection);
      if (connections.size <= limit) return 0;
      const victim = oldest();
      if (victim) connections.delete(victim[0]);
      return 1;
    },
    get: (cookie) => connections.get(cookie),
    take(cookie) {
      const connection = connections.get(cookie);
      if (connection !== undefined) connections.delete(cookie);
      return connection;
    },
    expire(since) {
      for (let left = Math.min(looks, connections.size); left > 0; left--) {
        walk ??= connections.entries();
        const { value } = walk.next();
        if (value === undefined) walk = undefined;
        else if (value[1].lastTime < since) connections.delete(value[0]);
      }
      if (connections.size === 0) walk = undefined;
    },
    get size() {
      return connections.size;
    },
  };
}
