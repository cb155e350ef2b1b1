/** What the store keeps over time: one kind per table of summaries, each with its keys and its history. */
import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import { createHistory, type History } from './history.ts';
import { createKeyBook, type KeyBook } from './keys.ts';
import { createNames, type Names } from './names.ts';

export interface Kind {
  readonly keys: KeyBook;
  readonly history: History;
  /** Unix ms; nothing is known of the time before: nobody asked for it. Undefined = known for as long as anything is. */
  from?: number;
}

export interface Kinds {
  readonly pods: Kind;
  readonly edges: Kind;
  readonly endpoints: Kind;
  readonly conns: Kind;
  readonly containers: Kind;
  readonly names: Names;
  readonly podFacts: PodFacts;
}

/** Positions of the sums of a summary's cell. */
export const requestSums = {
  requests: 0,
  clientErrors: 1,
  serverErrors: 2,
  failures: 3,
  sampledOut: 4,
  requestBytes: 5,
  responseBytes: 6,
} as const;

/** Of connections: what rose in a second, seen from the local side. Latencies as ns times their number, so that they add up. */
export const connSums = {
  opened: 0,
  closed: 1,
  failed: 2,
  refused: 3,
  timedOut: 4,
  unreachable: 5,
  aborted: 6,
  resets: 7,
  sent: 8,
  received: 9,
  retransmits: 10,
  turns: 11,
  turnTime: 12,
} as const;
/** Connections open, smoothed round trip, handshake (ns), totals since they were seen first. */
export const connLasts = { active: 0, rtt: 1, handshake: 2, sent: 3, received: 4 } as const;

/** Shares are kept in ten-thousandths. */
export const shareUnit = 10_000;
export const containerSums = { readings: 0, cpuReadings: 1, cpu: 2, throttled: 3 } as const;
export const containerLasts = { memory: 0, memoryShare: 1, restarts: 2 } as const;

const sizeOf = (positions: Readonly<Record<string, number>>) => Object.keys(positions).length;

/** @param mostKeys of each kind: each takes about half a kilobyte */
export function createKinds(podFacts: PodFacts, mostKeys = 100_000): Kinds {
  const names = createNames();
  const requests = { sums: sizeOf(requestSums), lasts: 0 };
  const kind = (history: History): Kind => ({ keys: createKeyBook(mostKeys, names, podFacts), history });
  return {
    pods: kind(createHistory(requests, true)),
    edges: kind(createHistory(requests, true)),
    endpoints: kind(createHistory(requests, true)),
    conns: kind(createHistory({ sums: sizeOf(connSums), lasts: sizeOf(connLasts) }, false)),
    containers: kind(createHistory({ sums: sizeOf(containerSums), lasts: sizeOf(containerLasts) }, true)),
    names,
    podFacts,
  };
}

export const allKinds = ({ pods, edges, endpoints, conns, containers }: Kinds): readonly Kind[] => [
  pods,
  edges,
  endpoints,
  conns,
  containers,
];
