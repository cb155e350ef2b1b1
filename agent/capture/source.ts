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

/** One piece of one direction of a TCP stream (struct segment_record). The object is reused, its bytes are valid until the next `tick`: copy what you keep. */
export interface Segment {
  time: number;
  cookie: number;
  direction: Direction;
  /** Sequence number of the first payload byte, modulo 2^32. */
  seq: number;
  /** Payload bytes on the wire; the first `captured` of them lie in `bytes` from `at` on. No view of them: making one for each costs as much as reading them. */
  len: number;
  bytes: Uint8Array;
  at: number;
  captured: number;
  /** Sequence after the last payload byte seen in the other direction, and when; 0 = none yet. */
  otherEndSeq: number;
  otherLastTime: number;
  /** Records of this socket that the ring had no room for so far: a jump of `seq` with a rise here is loss, without one a cut on purpose. */
  lost: number;
  fin: boolean;
  rst: boolean;
  /** First payload after the direction turned. */
  messageStart: boolean;
  /** `len` bytes from `seq` on were left out by the budget of the pod: whole messages, neither lost nor cut. */
  sampled: boolean;
  /** Set on bytes that arrived on a listener before the connection's own socket existed: `cookie` is the listener's. */
  orphan: OrphanAddresses | undefined;
}

/** The captured payload of a segment, where a view of it is worth its cost. */
export function capturedBytes({ bytes, at, captured }: Segment): Uint8Array {
  return bytes.subarray(at, at + captured);
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

/** Why a TCP connection ended or never began. `gone`: nobody can tell. */
export type FlowEnd =
  | 'fin'
  | 'reset-local'
  | 'reset-remote'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'aborted'
  | 'gone';

/** Who a flow belongs to: what the records of flows and datagrams have in common. */
export interface FlowOwner {
  readonly cgroupId: number;
  /** 0 where the kernel does not tell. */
  readonly netnsCookie: number;
  /** Creator of the socket or its listener; '' and 0 where unknown. */
  readonly comm: string;
  readonly pid: number;
}

/** Totals of one TCP connection so far, told at most once a second while it is active, and when it ends (struct flow_record). */
export interface FlowSample extends FlowOwner {
  /** When it was last active. */
  readonly time: number;
  readonly cookie: number;
  readonly role: SocketRole;
  readonly family: 4 | 6;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: 'connecting' | 'open' | 'ended';
  /** While `state` is 'ended'. */
  readonly end: FlowEnd | undefined;
  /** When it was opened; undefined = before capture began. */
  readonly opened: number | undefined;
  /** By direction, payload only, retransmissions included. */
  readonly bytes: readonly [number, number];
  readonly packets: readonly [number, number];
  readonly retransmits: number;
  /** 0 = unknown. */
  readonly srttUs: number;
  /** SYN to established; 0 = unknown. */
  readonly handshakeUs: number;
  /** Turns from asking to answering, and the time from the last byte of the one to the first of the other: sum and largest, ns. */
  readonly turns: number;
  readonly turnNs: number;
  readonly turnMaxNs: number;
}

/** The totals of a connection on which nothing was seen. */
export const noTraffic = {
  bytes: [0, 0],
  packets: [0, 0],
  retransmits: 0,
  srttUs: 0,
  handshakeUs: 0,
  turns: 0,
  turnNs: 0,
  turnMaxNs: 0,
} as const;

/** What connections too short for a sample of their own, and datagrams, came to since the last sample of the same key (struct edge_record). */
export interface EdgeSample extends FlowOwner {
  /** When it was last active. */
  readonly time: number;
  readonly transport: 'tcp' | 'udp';
  readonly role: SocketRole;
  readonly family: 4 | 6;
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** Of the server side. */
  readonly port: number;
  readonly opened: number;
  readonly closed: number;
  readonly refused: number;
  readonly timedOut: number;
  readonly unreachable: number;
  readonly aborted: number;
  readonly resets: number;
  readonly bytes: readonly [number, number];
  readonly packets: readonly [number, number];
  readonly retransmits: number;
  /** Handshakes timed, and the sum of their times. */
  readonly handshakes: number;
  readonly handshakeUs: number;
  /** Connections with a known round trip time, and the sum of their smoothed ones. */
  readonly rtts: number;
  readonly rttUs: number;
  readonly turns: number;
  readonly turnNs: number;
  readonly turnMaxNs: number;
}

/** One UDP datagram to or from a port whose protocol is read (DNS). The object is reused, its payload valid until the next `tick` (struct datagram_record). */
export interface Datagram extends FlowOwner {
  readonly time: number;
  readonly cookie: number;
  readonly direction: Direction;
  readonly role: SocketRole;
  readonly family: 4 | 6;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly localPort: number;
  readonly remotePort: number;
  /** Bytes on the wire; the first `payload.length` of them were captured. */
  readonly len: number;
  readonly payload: Uint8Array;
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
  /** Who is not interested in flows leaves these out. */
  flow?(flow: FlowSample): void;
  edge?(edge: EdgeSample): void;
  datagram?(datagram: Datagram): void;
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
  /** 0 = every cgroup without a policy of its own. */
  readonly cgroupId: number;
  /** Server-side port it is for; 0 = every port without a policy of its own. */
  readonly port: number;
  readonly level: 'off' | 'flows' | 'heads' | 'bodies';
  readonly messageCap: number;
  /** CLOCK_MONOTONIC ns. */
  readonly expires: number;
}

/** What a cgroup may hand over in a second; beyond it whole exchanges are left out, counted. 0 = no limit. */
export interface Budget {
  /** 0 = each cgroup without a budget of its own, so that a new one has a limit from its first packet on. */
  readonly cgroupId: number;
  readonly segmentsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** What a cgroup handed over and left out so far; totals rise. */
export interface BudgetUse {
  readonly cgroupId: number;
  /** A connection counts as several (bpf/capture/emit.bpf.h, CONNECTION_SEGMENTS). */
  readonly segments: number;
  readonly bytes: number;
  /** Messages and bytes left out by its budget. */
  readonly sampledMessages: number;
  readonly sampledBytes: number;
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
  /** Those that are attached now: fewer while nothing is watched. */
  readonly programs: readonly ProgramInfo[];
  /** Bytes of kernel memory the maps hold. */
  readonly mapBytes: number;
  /** Share played, 0 to 1; 0 for live. */
  readonly progress: number;
  counters(): CaptureCounters;
  /**
   * Replaces every policy (`cgroupId` 0 = the default). A recording ignores it.
   *
   * @throws AppError `ebpf-unavailable`: the programs that see packets cannot be attached any more
   */
  setPolicies(policies: readonly Policy[]): void;
  /** Replaces every budget. A recording ignores it. */
  setBudgets(budgets: readonly Budget[]): void;
  /** Per cgroup that is watched at heads or bodies. */
  budgetUse(): readonly BudgetUse[];
  /** CLOCK_MONOTONIC ns of the captured host, now. */
  now(): number;
  /** Delivers events until the recording ends or the signal aborts. `ready` is awaited between batches of a recording, so that a recording never outruns its readers. */
  run(listener: CaptureListener, signal: AbortSignal, ready?: () => Promise<void>): Promise<void>;
  /** Lets go of everything: links, maps, files. Idempotent. */
  close(): void;
}
