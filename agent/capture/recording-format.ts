/**
 * The recording file: magic, then frames. Integers are little-endian.
 *
 *   frame   [u32 marker][u32 length][u32 CRC-32 of the payload][u8 type][3 zero bytes][payload]
 *   meta    JSON RecordingMeta; the first frame
 *   chunk   Zstandard (RFC 8878) of items: [u8 kind][3 zero bytes][u32 length][f64 captured time, ns][payload]
 *   end     JSON RecordingEnd; the last frame: without it the recording was cut off
 *
 * Every chunk is compressed by itself, so whatever happens to one, the others can be read; the marker is where reading
 * goes on after damage.
 */
import { crc32 } from 'node:zlib';
import type { HeaderList } from '../../src/domain/column.ts';

export const magic = Buffer.from('KELPIE-RECORDING\n', 'latin1');
export const formatVersion = 1;

/** "KLPF" as a little-endian number. */
export const frameMarker = 0x46504c4b;
export const frameHeaderBytes = 16;
export const itemHeaderBytes = 16;
/** Payload of one frame, and what a chunk may unpack to; a chunk holds a quarter of a mebibyte, or one batch if that is larger. */
export const maxFrameBytes = 64 << 20;

export const frameTypes = { meta: 1, chunk: 2, end: 3 } as const;
export const itemKinds = { batch: 1, fact: 2, counters: 3, dropped: 4 } as const;

/** Facts that hold for the whole recording. */
export interface RecordingMeta {
  readonly version: number;
  /** Hash of the kernel record layout (layout.gen.ts). */
  readonly layout: string;
  readonly node: string;
  readonly kernel: string;
  readonly cpus: number;
  /** Unix ns minus CLOCK_MONOTONIC ns, decimal. */
  readonly clockOffset: string;
  /** Captured time at which recording began, CLOCK_MONOTONIC ns. */
  readonly began: number;
  /** What was captured, e.g. "/kubepods". */
  readonly cgroup: string;
  /** Pods are directories below this cgroup path, where they are. */
  readonly podsBelow: string | null;
  /** Header fields whose values were masked, lower case. */
  readonly redacted: readonly string[];
}

export interface RecordingEnd {
  readonly time: number;
  readonly batches: number;
  /** Batches that could not be written in time. */
  readonly dropped: number;
}

/** What the agent found out about the captured host while recording, told before the first batch that needs it. */
export type RecordingFact =
  | { readonly kind: 'cgroup'; readonly id: number; readonly path: string }
  | { readonly kind: 'process'; readonly pid: number; readonly comm: string; readonly name: string }
  | { readonly kind: 'owner'; readonly cookie: number; readonly pid: number; readonly comm: string }
  /** What runs in a cgroup, where its path alone does not tell. */
  | ({ readonly kind: 'workload' } & RecordedWorkload)
  | ({ readonly kind: 'pod' } & RecordedPod)
  /** An address that one pod has to itself, by a cgroup of that pod. */
  | { readonly kind: 'address'; readonly address: string; readonly cgroupId: number }
  /** An address of the machine's own. */
  | { readonly kind: 'own-address'; readonly address: string }
  | ({ readonly kind: 'resource' } & RecordedResource)
  | ({ readonly kind: 'left-out' } & RecordedLeftOut)
  | ({ readonly kind: 'survey' } & RecordedSurvey);

export interface RecordedWorkload {
  readonly path: string;
  readonly namespace: string;
  /** "namespace/name". */
  readonly pod: string;
  readonly container: string | null;
}

/** A pod as the API server had it at captured `time`. */
export interface RecordedPod {
  readonly time: number;
  readonly uid: string;
  readonly namespace: string;
  /** "namespace/name". */
  readonly pod: string;
  /** "Deployment/api"; null of a pod that nobody controls. */
  readonly owner: string | null;
  readonly labels: HeaderList;
  readonly phase: string | null;
  readonly hostNetwork: boolean;
}

/** Figures of a container or its network as they were read at captured `time`: columns of a table (agent/resources). */
export interface RecordedResource {
  readonly time: number;
  readonly table: string;
  readonly cgroup: string;
  readonly values: Readonly<Record<string, number | string | null>>;
}

/** Messages that a cgroup's budget left out until captured `time`, since the last such fact. */
export interface RecordedLeftOut {
  readonly time: number;
  readonly cgroupId: number;
  readonly messages: number;
}

/** Established TCP sockets of some cgroups at captured `time`, which need not have said anything since capture began. */
export interface RecordedSurvey {
  readonly time: number;
  /** All sockets of these were found. */
  readonly cgroups: readonly number[];
  /** "CGROUP-ID ADDRESS PORT ADDRESS PORT", the local end first. */
  readonly sockets: readonly string[];
}

/** A frame ready to be written. */
export function frame(type: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(frameHeaderBytes + payload.length);
  bytes.writeUInt32LE(frameMarker, 0);
  bytes.writeUInt32LE(payload.length, 4);
  bytes.writeUInt32LE(crc32(payload), 8);
  bytes.writeUInt8(type, 12);
  bytes.set(payload, frameHeaderBytes);
  return bytes;
}

export function jsonFrame(type: number, value: RecordingMeta | RecordingEnd): Buffer {
  return frame(type, Buffer.from(JSON.stringify(value)));
}

/** Head of an item of a chunk. */
export function itemHeader(kind: number, length: number, time: number): Buffer {
  const bytes = Buffer.alloc(itemHeaderBytes);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt32LE(length, 4);
  bytes.writeDoubleLE(time, 8);
  return bytes;
}

export interface RecordingItem {
  readonly kind: number;
  readonly time: number;
  readonly payload: Uint8Array;
}

/** The items of an unpacked chunk, up to the first that does not fit. Returns false as the generator's value in that case. */
export function* itemsOf(chunk: Buffer): Generator<RecordingItem, boolean> {
  let at = 0;
  while (at < chunk.length) {
    if (at + itemHeaderBytes > chunk.length) return false;
    const length = chunk.readUInt32LE(at + 4);
    const from = at + itemHeaderBytes;
    if (from + length > chunk.length) return false;
    yield { kind: chunk.readUInt8(at), time: chunk.readDoubleLE(at + 8), payload: chunk.subarray(from, from + length) };
    at = from + length;
  }
  return true;
}
