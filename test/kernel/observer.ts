/** Runs the live source on a cgroup of the test's own and keeps what it tells, so that tests can ask about connections. */
import assert from 'node:assert/strict';
import { createLiveSource, type LiveOptions } from '../../agent/capture/live.ts';
import {
  type CaptureListener,
  type CaptureSource,
  capturedBytes,
  type Datagram,
  type Direction,
  type EdgeSample,
  type FlowSample,
  type OrphanAddresses,
  type Policy,
  type Segment,
  type SocketClose,
  type SocketOpen,
} from '../../agent/capture/source.ts';

/** A segment that is kept: its payload is a copy. */
export interface KeptSegment extends Segment {
  readonly payload: Uint8Array;
}

export interface ObservedSocket {
  readonly open: SocketOpen;
  readonly segments: KeptSegment[];
  close: SocketClose | undefined;
}

export interface Assembled {
  /** Captured payload in order; what is missing is not in it. */
  readonly bytes: Buffer;
  /** Length of the stream by sequence numbers: captured, cut and lost. */
  readonly length: number;
  /** Whether `bytes` begins at the connection's beginning and has no hole. */
  readonly isWhole: boolean;
}

export interface Observer {
  readonly source: CaptureSource;
  readonly sockets: Map<number, ObservedSocket>;
  readonly orphans: (KeptSegment & { orphan: OrphanAddresses })[];
  /** Every flow sample, in order. */
  readonly flows: FlowSample[];
  readonly edges: EdgeSample[];
  /** Payloads are copies. */
  readonly datagrams: Datagram[];
  /** Asks for everything below the cgroup at level heads. Returns when the lease ends, CLOCK_MONOTONIC ns. */
  watch(messageCap: number, seconds?: number): number;
  /** Begins to drain, if it did not yet. */
  drain(): void;
  /** The sockets of one role that touch a port, in the order they were seen. */
  find(role: SocketOpen['role'], port: number): ObservedSocket[];
  close(): Promise<void>;
}

export function observe(cgroupPath: string, options: Partial<LiveOptions> = {}): Observer {
  const source = createLiveSource({ cgroupPath, selfPid: process.pid, ...options });
  const sockets = new Map<number, ObservedSocket>();
  const orphans: Observer['orphans'] = [];
  const flows: FlowSample[] = [];
  const edges: EdgeSample[] = [];
  const datagrams: Datagram[] = [];
  const stop = new AbortController();
  let running: Promise<void> | undefined;

  const listener: CaptureListener = {
    open(open) {
      sockets.set(open.cookie, { open, segments: [], close: undefined });
    },
    segment(segment) {
      const payload = capturedBytes(segment).slice();
      const kept = { ...segment, bytes: payload, at: 0, payload };
      if (kept.orphan !== undefined) {
        orphans.push({ ...kept, orphan: kept.orphan });
        return;
      }
      const socket = sockets.get(segment.cookie);
      assert.ok(socket, 'an open comes before the first segment');
      socket.segments.push(kept);
    },
    close(close) {
      const socket = sockets.get(close.cookie);
      if (socket) socket.close = close;
    },
    flow: (flow) => void flows.push(flow),
    edge: (edge) => void edges.push(edge),
    datagram: (datagram) => void datagrams.push({ ...datagram, payload: datagram.payload.slice() }),
    tick() {},
  };

  const policy = (messageCap: number, seconds: number): Policy => ({
    cgroupId: 0,
    port: 0,
    level: 'heads',
    messageCap,
    expires: source.now() + seconds * 1e9,
  });

  return {
    source,
    sockets,
    orphans,
    flows,
    edges,
    datagrams,
    watch(messageCap, seconds = 60) {
      const wanted = policy(messageCap, seconds);
      source.setPolicies([wanted]);
      return wanted.expires;
    },
    drain() {
      running ??= source.run(listener, stop.signal);
    },
    find: (role, port) =>
      [...sockets.values()].filter(
        ({ open }) => open.role === role && (open.localPort === port || open.remotePort === port),
      ),
    async close() {
      stop.abort();
      await running;
      source.close();
    },
  };
}

/** Puts one direction of a socket together by sequence numbers, earlier bytes of `orphans` included. */
export function assemble(
  socket: ObservedSocket,
  direction: Direction,
  orphans: readonly KeptSegment[] = [],
): Assembled {
  const segments = [...orphans, ...socket.segments].filter((segment) => segment.direction === direction);
  const origin = socket.open.firstSeq?.[direction] ?? segments[0]?.seq ?? 0;
  const offset = (seq: number): number => (seq - origin) | 0;
  const data = segments.filter(({ len }) => len > 0).sort((a, b) => offset(a.seq) - offset(b.seq));
  const parts: Uint8Array[] = [];
  let end = 0;
  let isWhole = true;
  for (const segment of data) {
    const at = offset(segment.seq);
    if (at > end) isWhole = false;
    const known = Math.max(0, end - at);
    if (known < segment.payload.length) parts.push(segment.payload.subarray(known));
    if (segment.payload.length < segment.len && at + segment.len > end) isWhole = false;
    end = Math.max(end, at + segment.len);
  }
  return { bytes: Buffer.concat(parts), length: end, isWhole };
}

/** Polls until `check` gives a value; fails with what was waited for. */
export async function until<T>(what: string, check: () => T | undefined | false, ms = 5000): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const value = check();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) assert.fail(`waited ${ms} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
