/** What capture hands upwards, from the kernel or from a recording alike. Times are CLOCK_MONOTONIC nanoseconds of the captured host. */

/** Which way payload went, seen from the socket (bpf/capture/event.h, enum direction). */
export type Direction = 0 | 1;
export const IN: Direction = 0;
export const OUT: Direction = 1;

export type SocketRole = 'client' | 'server' | 'unknown';

/** A socket, told once before its first segment (struct open_record). */
export interface SocketOpen {
  readonly time: number;
  readonly cookie: number;
  readonly cgroupId: number;
  /** 0 where the kernel does not tell. */
  readonly netnsCookie: number;
  readonly role: SocketRole;
  readonly family: 4 | 6;
  /** Text form; IPv4-mapped IPv6 addresses as IPv4. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly localPort: number;
  readonly remotePort: number;
  /** Creator of the socket or its listener; '' and 0 where unknown. */
  readonly comm: string;
  readonly pid: number;
  /** First payload sequence numbers by direction, or undefined when the socket was open before capture began. */
  readonly firstSeq: readonly [number, number] | undefined;
}

/** One piece of one direction of a TCP stream (struct segment_record). The object is reused, its payload is valid until the next `tick`: copy what you keep. */
export interface Segment {
  time: number;
  cookie: number;
  direction: Direction;
  /** Sequence number of the first payload byte, modulo 2^32. */
  seq: number;
  /** Payload bytes on the wire; the first `payload.length` of them were captured. */
  len: number;
  payload: Uint8Array;
  /** Sequence after the last payload byte seen in the other direction, and when; 0 = none yet. */
  otherEndSeq: number;
  otherLastTime: number;
  /** Records of this socket that the ring had no room for so far: a jump of `seq` with a rise here is loss, without one a cut on purpose. */
  lost: number;
  fin: boolean;
  rst: boolean;
  /** First payload after the direction turned. */
  messageStart: boolean;
  /** Set on bytes that arrived on a listener before the connection's own socket existed: `cookie` is the listener's. */
  orphan: OrphanAddresses | undefined;
}

export interface OrphanAddresses {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly localPort: number;
  readonly remotePort: number;
}

/** The TCP state machine reached CLOSE (struct close_record). */
export interface SocketClose {
  readonly time: number;
  readonly cookie: number;
  /** By direction. */
  readonly lastTime: readonly [number, number];
  readonly bytes: readonly [number, number];
  readonly endSeq: readonly [number, number];
  readonly srttUs: number;
  readonly retransmits: number;
  readonly lost: number;
}

/** Rising totals of the kernel side, by name (`packets`, `segments`, `captured_bytes`, …) and losses by reason id (src/domain/agent-status.ts). */
export interface CaptureCounters {
  readonly totals: Readonly<Record<string, number>>;
  readonly losses: Readonly<Record<string, number>>;
}

/** Who reads a source. Calls come in capture order; `tick` follows every batch and comes at least ten times a second of captured time. */
export interface CaptureListener {
  open(socket: SocketOpen): void;
  segment(segment: Segment): void;
  close(close: SocketClose): void;
  /** Captured time has reached `time`. */
  tick(time: number): void;
}

/** What is known of a cgroup: its path below the cgroup v2 mount, e.g. "/kubepods/…" or "/kelpie-demo-4711/shop/api-7d9f/app". */
export interface CgroupNames {
  pathOf(cgroupId: number): string | undefined;
}

/** Facts about the captured host, fixed for the life of a source. */
export interface CaptureHost {
  readonly node: string;
  readonly kernel: string;
  readonly cpus: number;
  /** Unix nanoseconds minus CLOCK_MONOTONIC nanoseconds. */
  readonly clockOffset: bigint;
}

/** What to capture of a cgroup until when (struct policy). */
export interface Policy {
  readonly cgroupId: number;
  readonly level: 'off' | 'flows' | 'heads' | 'bodies';
  readonly messageCap: number;
  /** CLOCK_MONOTONIC ns. */
  readonly expires: number;
}

export interface ProgramInfo {
  readonly name: string;
  readonly attachType: string;
  readonly cgroup: string;
  readonly instructions: number;
}

/** A stream of kernel events: the live kernel, or a recording of it. */
export interface CaptureSource {
  readonly kind: 'live' | 'recording';
  /** Cgroup path or file name. */
  readonly name: string;
  readonly host: CaptureHost;
  readonly cgroups: CgroupNames;
  readonly programs: readonly ProgramInfo[];
  /** Bytes of kernel memory the maps hold. */
  readonly mapBytes: number;
  /** Share played, 0 to 1; 0 for live. */
  readonly progress: number;
  counters(): CaptureCounters;
  /** Replaces every policy (`cgroupId` 0 = the default). A recording ignores it. */
  setPolicies(policies: readonly Policy[]): void;
  /** CLOCK_MONOTONIC ns of the captured host, now. */
  now(): number;
  /** Delivers events until the recording ends or the signal aborts. `ready` is awaited between batches of a recording, so that a recording never outruns its readers. */
  run(listener: CaptureListener, signal: AbortSignal, ready?: () => Promise<void>): Promise<void>;
  /** Lets go of everything: links, maps, files. Idempotent. */
  close(): void;
}
