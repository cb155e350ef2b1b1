/** Which pod has an address: agents tell it of their own pods, so that what one of them knows by address alone gets its name here. */

export interface Names {
  /** A pod has this address. */
  learn(address: string, pod: string, namespace: string | null, now: number): void;
  /** The pod behind "10.1.0.7" or "10.1.0.7:8080"; undefined where nobody said. */
  resolve(endpoint: string): Named | undefined;
  /** Rises when an answer of `resolve` may have changed. */
  readonly version: number;
}

export interface Named {
  readonly pod: string;
  readonly namespace: string | null;
}

interface Entry extends Named {
  time: number;
  /** Several pods have it at the same time: host network. */
  shared: boolean;
}

const mostAddresses = 50_000;
/** A pod that spoke within this time still has its address, ms. */
const livingMs = 30_000;

export function createNames(): Names {
  const entries = new Map<string, Entry>();
  /** Addresses that somebody asked for: others change nothing. */
  const asked = new Set<string>();
  let version = 0;

  return {
    learn(address, pod, namespace, now) {
      const before = entries.get(address);
      if (before?.pod === pod) {
        before.time = Math.max(before.time, now);
        return;
      }
      if (isLocal(address) || before?.shared || (!before && entries.size >= mostAddresses)) return;
      const shared = before !== undefined && Math.abs(now - before.time) < livingMs;
      entries.set(address, { pod, namespace, time: now, shared });
      if (asked.has(address)) version += 1;
    },
    resolve(endpoint) {
      const address = addressOf(endpoint);
      if (address === undefined) return undefined;
      if (asked.size < mostAddresses) asked.add(address);
      const entry = entries.get(address);
      return entry?.shared ? undefined : entry;
    },
    get version() {
      return version;
    },
  };
}

/** The address in "10.1.0.7", "10.1.0.7:80", "fd00::7", "[fd00::7]:80"; undefined for a name. */
export function addressOf(endpoint: string): string | undefined {
  const [, v4] = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/.exec(endpoint) ?? [];
  if (v4) return v4;
  const [, bracketed, bare] =
    /^(?:\[([0-9a-f:.]+)\](?::\d+)?|([0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*))$/i.exec(endpoint) ?? [];
  return bracketed ?? bare;
}

/** Loopback and what is not routed: the same on every host (RFC 6890). */
function isLocal(address: string): boolean {
  return /^(?:127\.|169\.254\.|0\.0\.0\.0$|::1?$|fe80:)/i.test(address);
}
