/** The programs' counters by the names that the product shows. */
import { counter } from './layout.gen.ts';
import type { CaptureCounters } from './source.ts';

const totalNames = {
  packets: counter.COUNTER_PACKETS,
  segments: counter.COUNTER_SEGMENTS,
  captured_bytes: counter.COUNTER_CAPTURED_BYTES,
  cut_bytes: counter.COUNTER_CUT_BYTES,
  udp_packets: counter.COUNTER_UDP_PACKETS,
  udp_bytes: counter.COUNTER_UDP_BYTES,
  expired: counter.COUNTER_EXPIRED,
  datagrams: counter.COUNTER_DATAGRAMS,
  sampled_messages: counter.COUNTER_SAMPLED_MESSAGES,
  sampled_bytes: counter.COUNTER_SAMPLED_BYTES,
} as const;

/** Ids of src/domain/agent-status.ts. */
const lossNames = {
  'ring-full': counter.COUNTER_LOST_RING_FULL,
  'no-storage': counter.COUNTER_LOST_NO_STORAGE,
  fragment: counter.COUNTER_LOST_FRAGMENT,
  unparsed: counter.COUNTER_LOST_UNPARSED,
  copy: counter.COUNTER_LOST_COPY,
  'flow-table': counter.COUNTER_FLOWS_FULL,
  'edge-table': counter.COUNTER_LOST_EDGES_FULL,
} as const;

/** Reads map `counters` through `lookup`, which gives a key's values of all CPUs back to back. */
export function readCounters(lookup: (key: Uint8Array) => Uint8Array | undefined, badRecords: number): CaptureCounters {
  const read = (index: number): number => sum(lookup(new Uint8Array(Uint32Array.of(index).buffer)));
  const readAll = (names: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(names).map(([name, index]) => [name, read(index)]));
  return { totals: readAll(totalNames), losses: { ...readAll(lossNames), 'bad-record': badRecords } };
}

function sum(values: Uint8Array | undefined): number {
  if (values === undefined) return 0;
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  let total = 0n;
  for (let at = 0; at < values.length; at += 8) total += view.getBigUint64(at, true);
  return Number(total);
}
