/** Names that DNS gave to addresses, as they were seen being answered. */
import { createLruMap } from './lru-map.ts';

export interface ResolvedNames {
  /** `asker` is a pod, or whatever stands for one; null where it is not known. Times and `ttl` in captured ns. */
  learn(asker: string | null, name: string, addresses: readonly string[], ttl: number, time: number): void;
  /** The name the asker asked last to get this address, else the one anybody did; using a name keeps it alive. */
  nameOf(asker: string | null, address: string, time: number): string | undefined;
  /** Addresses with a name. */
  readonly size: number;
}

interface Name {
  readonly name: string;
  until: number;
}

interface Entry {
  latest: Name;
  readonly byAsker: Map<string, Name>;
}

/**
 * A name lives this long after it was answered or used last, however short its time to live, ns: connections outlive the
 * seconds for which a resolver may keep an answer.
 */
const leastNanos = 600e9;
const mostNanos = 86_400e9;
const maxAddresses = 8192;
const maxAskers = 32;

/** Remembers the names of the `limit` addresses used last. */
export function createResolvedNames(limit = maxAddresses): ResolvedNames {
  const entries = createLruMap<string, Entry>(limit);

  function alive(name: Name | undefined, time: number): Name | undefined {
    return name !== undefined && name.until >= time ? name : undefined;
  }

  return {
    learn(asker, name, addresses, ttl, time) {
      const known: Name = { name, until: time + Math.min(mostNanos, Math.max(leastNanos, ttl)) };
      for (const address of addresses) {
        if (!isNameable(address)) continue;
        let entry = entries.get(address);
        if (!entry) {
          entry = { latest: known, byAsker: new Map() };
          entries.set(address, entry);
        }
        entry.latest = known;
        if (asker === null) continue;
        entry.byAsker.delete(asker);
        entry.byAsker.set(asker, { ...known });
        if (entry.byAsker.size > maxAskers) entry.byAsker.delete(entry.byAsker.keys().next().value as string);
      }
    },
    nameOf(asker, address, time) {
      const entry = entries.get(address);
      if (!entry) return undefined;
      const own = asker === null ? undefined : alive(entry.byAsker.get(asker), time);
      const found = own ?? alive(entry.latest, time);
      if (!found) {
        entries.delete(address);
        return undefined;
      }
      found.until = Math.max(found.until, time + leastNanos);
      return found.name;
    },
    get size() {
      return entries.size;
    },
  };
}

/** Blocklists answer with these whatever the name: it would then be the name of everything local. */
function isNameable(address: string): boolean {
  return !(address.startsWith('127.') || address === '::1' || address === '0.0.0.0' || address === '::');
}
