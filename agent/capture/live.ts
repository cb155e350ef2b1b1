/** Capture from the running kernel. */
import { cpus, hostname, release } from 'node:os';
import { createBudgetMap } from './budget-map.ts';
import { createCgroupTree } from './cgroup-names.ts';
import { watchCgroups } from './cgroup-watch.ts';
import { createDecoder } from './decode.ts';
import { readCounters } from './kernel-counters.ts';
import { startKernelPrograms } from './kernel-programs.ts';
import { orphanAddresses, segmentRecord } from './layout.gen.ts';
import { createPacketWatch } from './packet-watch.ts';
import { createPolicyMap } from './policy-map.ts';
import { createSettingsMap } from './settings-map.ts';
import type { BudgetUse, CaptureHost, CaptureListener, CaptureSource } from './source.ts';
import { createTotalsDrain } from './totals-drain.ts';

export interface LiveOptions {
  /** A directory below the cgroup v2 mount, "/" for the whole machine. Its descendants are included. */
  readonly cgroupPath: string;
  /** What the node is called; by default the host's name. */
  readonly node?: string | undefined;
  /** Size of the ring between kernel and agent: a power of two, at least a page. Default 16 MiB. */
  readonly ringBytes?: number;
  /** Sockets created by this process are never captured. */
  readonly selfPid: number;
  /** Connections that may be told on their own in one second; more are told within their edges, counted. Default 65,536. */
  readonly activeFlows?: number;
  /** UDP ports whose datagrams are handed over whole, at most four. Default 53. */
  readonly datagramPorts?: readonly number[];
  /** How long the programs that see packets stay attached while nothing is watched, ms. Default 5,000. */
  readonly packetGraceMs?: number;
  /** Whether a cgroup path is a container's. With it new cgroups are learnt as they are made; without, when something is heard of them. */
  readonly isContainer?: ((path: string) => boolean) | undefined;
  /** Every drained batch before it is decoded (framing: decode.ts), at captured `time`. Bytes are valid during the call only. */
  readonly onBatch?: ((batch: Uint8Array, time: number) => void) | undefined;
  /** A cgroup's path was learnt: once for each, those that exist at the start before this function returns. */
  readonly onMeta?: ((meta: { readonly cgroupId: number; readonly path: string }) => void) | undefined;
}

/** Records lie in it in a few sizes: 40,000 small exchanges a second fill it in 180 ms, and for so long the agent may be kept from running. */
const defaultRingBytes = 16 << 20;
const batchBytes = 1 << 20;
const totalsBytes = 512 << 10;
/** The longest record with its frame; a batch with less room left than this may have left records behind. */
const longestRecord = 8 + segmentRecord.size + orphanAddresses.size + 16384;
/**
 * The ring is drained often enough to stay below a sixth of what it holds, and no more often than rows need: each look costs wakeups and cold
 * caches. Without traffic the looks grow rarer.
 */
const busyPauseMs = 10;
const calmPauseMs = 40;
const idlePauseMs = 100;
const drainShare = 1 / 6;

/**
 * Loads and attaches the kernel side; nothing is captured until `setPolicies` asks for it. `run` delivers what the ring holds.
 * Throws AppError 'ebpf-unavailable' (why, and what to do) and leaves nothing behind then.
 */
export function createLiveSource(options: LiveOptions): CaptureSource {
  const ringBytes = options.ringBytes ?? defaultRingBytes;
  const kernel = startKernelPrograms(options.cgroupPath, {
    ring: ringBytes,
    ...(options.activeFlows !== undefined && { flows_0: options.activeFlows, flows_1: options.activeFlows }),
  });
  const cgroups = createCgroupTree(kernel.mount, options.cgroupPath, (cgroupId, path) =>
    options.onMeta?.({ cgroupId, path }),
  );
  cgroups.refresh();
  const newCgroups =
    options.isContainer &&
    watchCgroups({
      mount: kernel.mount,
      top: options.cgroupPath,
      isLeaf: options.isContainer,
      onCgroup: (path, cgroupId) => cgroups.learn(cgroupId, path),
    });
  const settings = createSettingsMap(kernel, options.selfPid, options.datagramPorts);
  const policies = createPolicyMap(kernel, settings);
  const packets = createPacketWatch(kernel, options.packetGraceMs);
  const budgets = createBudgetMap(kernel);
  const totals = createTotalsDrain(kernel, settings, now());
  const decoder = createDecoder();
  const buffer = new Uint8Array(batchBytes);
  const totalsBuffer = new Uint8Array(totalsBytes);
  const closed = new AbortController();
  let lastUse: readonly BudgetUse[] = [];
  let lastCounters = readCounters((key) => kernel.lookup('counters', key), 0);

  const deliver = (batch: Uint8Array, time: number, listener: CaptureListener): number => {
    if (batch.length === 0) return 0;
    options.onBatch?.(batch, time);
    return decoder.decode(batch, listener);
  };

  /** Drains once; `isFull`: there may be more already. */
  const deliverBatch = (listener: CaptureListener): { bytes: number; isFull: boolean } => {
    const before = now();
    const bytes = kernel.drain(buffer);
    const isFull = bytes + longestRecord > buffer.length;
    const newest = deliver(buffer.subarray(0, bytes), before, listener);
    // After the ring: the last record of a flow must not overtake an earlier one.
    const due = totals.next(before, totalsBuffer);
    deliver(totalsBuffer.subarray(0, due.bytes), before, listener);
    listener.tick(isFull ? newest : before);
    return { bytes, isFull: isFull || due.hasMore };
  };

  /** The last word: what the ring holds, as far as it came before, and the totals since they were last taken. */
  const deliverRest = async (listener: CaptureListener): Promise<void> => {
    for (let bytes = 0; bytes < ringBytes; ) {
      const batch = deliverBatch(listener);
      if (!batch.isFull) break;
      bytes += batch.bytes;
    }
    const deliverTotals = (bytes: number) => deliver(totalsBuffer.subarray(0, bytes), now(), listener);
    await totals.rest(totalsBuffer, deliverTotals, closed.signal);
    listener.tick(now());
  };

  /** The pause in which as much comes as the ring should hold, if it comes as it did in the last one. */
  const pauseAfter = (drained: number, lastMs: number): number => {
    const wanted = (lastMs * ringBytes * drainShare) / drained;
    return Math.max(busyPauseMs, Math.min(calmPauseMs, wanted));
  };

  return {
    kind: 'live',
    name: options.cgroupPath,
    host: readHost(options.node),
    cgroups,
    get programs() {
      return kernel.programs;
    },
    mapBytes: kernel.mapBytes,
    progress: 0,
    counters() {
      if (!closed.signal.aborted)
        lastCounters = readCounters((key) => kernel.lookup('counters', key), decoder.badRecords);
      return lastCounters;
    },
    setPolicies(wanted) {
      if (closed.signal.aborted) return;
      packets.set(wanted.some(({ level }) => level !== 'off'));
      policies.set(wanted);
    },
    setBudgets(wanted) {
      if (!closed.signal.aborted) budgets.set(wanted);
    },
    budgetUse() {
      if (!closed.signal.aborted) lastUse = budgets.use();
      return lastUse;
    },
    now,
    async run(listener, signal) {
      const stop = AbortSignal.any([signal, closed.signal]);
      let pauseMs = busyPauseMs;
      let drained = 0;
      while (!stop.aborted) {
        const { bytes, isFull } = deliverBatch(listener);
        drained += bytes;
        if (isFull) {
          await pause(0, stop);
          continue;
        }
        pauseMs = drained > 0 ? pauseAfter(drained, pauseMs) : Math.min(pauseMs * 1.5, idlePauseMs);
        drained = 0;
        await pause(pauseMs, stop);
      }
      if (!closed.signal.aborted) await deliverRest(listener);
    },
    close() {
      if (closed.signal.aborted) return;
      lastCounters = this.counters();
      closed.abort();
      newCgroups?.stop();
      packets.close();
      kernel.close();
    },
  };
}

/** CLOCK_MONOTONIC, as bpf_ktime_get_ns. */
function now(): number {
  return Number(process.hrtime.bigint());
}

function readHost(node = hostname()): CaptureHost {
  const unixNs = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
  return { node, kernel: release(), cpus: cpus().length, clockOffset: unixNs - process.hrtime.bigint() };
}

/** Resolves after `ms`, or at once when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    // A timer of 0 ms fires a millisecond later.
    if (ms === 0) {
      setImmediate(resolve);
      return;
    }
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
