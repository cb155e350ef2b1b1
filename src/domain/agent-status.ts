/** What an agent says about itself and what was lost on the way. */

/** A rising total of things lost, by a stable reason id. */
export interface Loss {
  readonly reason: string;
  readonly count: number;
}

export interface AgentProgram {
  readonly name: string;
  readonly attachType: string;
  readonly cgroup: string;
  /** Verified instructions; 0 where the kernel does not tell. */
  readonly instructions: number;
}

export interface AgentLease {
  readonly client: string;
  readonly level: string;
  readonly scope: string;
  readonly remainingMs: number;
}

/** One agent's state; totals rise, rates are the reader's to derive. */
export interface AgentStatus {
  readonly node: string;
  readonly version: string;
  readonly kernel: string;
  readonly source: { readonly kind: 'live' | 'recording'; readonly name: string; readonly progress: number };
  /** Unix nanoseconds. */
  readonly started: bigint;
  readonly pid: number;
  readonly cpus: number;
  /** User and system CPU time so far, ns. */
  readonly cpuNanos: number;
  /** Resident memory of its process, without the pages of BPF maps that it has mapped: they are in `mapBytes`. */
  readonly rssBytes: number;
  readonly mapBytes: number;
  readonly programs: readonly AgentProgram[];
  readonly totals: Readonly<Record<string, number>>;
  readonly losses: readonly Loss[];
  readonly leases: readonly AgentLease[];
  readonly ringRows: number;
  readonly ringBytes: number;
  /** Where names of pods come from an API server. */
  readonly names?: AgentNames | undefined;
  /** What the installation keeps from being captured. */
  readonly policy?: AgentPolicy | undefined;
}

/** An agent's watch on the pods of its node. */
export interface AgentNames {
  /** `away`: names are what they were. */
  readonly state: 'connecting' | 'synced' | 'away';
  /** Why it is away; '' otherwise. */
  readonly reason: string;
  readonly pods: number;
}

export interface AgentPolicy {
  readonly source: string;
  /** When it was last read whole, Unix ns. */
  readonly loaded: bigint;
  /** Why what is there now cannot be read; '' when it can. */
  readonly problem: string;
  readonly captureAtMost: string;
  readonly excludeNamespaces: readonly string[];
  readonly redactFields: readonly string[];
  /** Pods that have less than the rest. */
  readonly pods: readonly { readonly pod: string; readonly level: string; readonly reason: string }[];
}

/** Names in `totals` that tell how much there is now; the others only rise, so that they have a rate. */
export const levels: ReadonlySet<string> = new Set([
  'connections_open',
  'resting_connections',
  'held_bytes',
  'flow_connections',
  'flow_sums',
  'dns_pending',
  'budget_events',
  'budget_bytes',
  'budget_limited',
]);

/** Capture level of a lease (bpf/capture/event.h, enum capture_level). */
export type CaptureLevel = 'off' | 'flows' | 'heads' | 'bodies';

/** Every reason for which something can be lost, with what a reader should know and do. */
export const lossReasons: Readonly<Record<string, string>> = {
  'ring-full': 'Kernel records that found no room in the ring buffer: the agent was too slow or starved of CPU.',
  'no-storage': 'Sockets for which the kernel had no memory left.',
  fragment: 'IP fragments that hide the TCP header.',
  unparsed: 'Packets with headers the kernel side could not follow.',
  copy: 'Packets whose bytes the kernel refused to copy.',
  'flow-table': 'Connections told only within the sum of their edge: too many were active at once.',
  'edge-table': 'Connections and datagrams missing from all sums: too many pairs of peers in one second.',
  sampled:
    'Requests and responses left out, whole, because pods had more traffic than the agent takes on: rates count them, rows do not. Watch fewer pods or fewer bytes of each, or raise --budget-events and --budget-bytes.',
  'bad-record': 'Kernel or recording records that made no sense.',
  'recording-full': 'Batches that could not be written to the recording in time, or at all.',
  'recording-cut': 'The recording ends in the middle of a record: what came after it is missing.',
  'stream-gap': 'Byte ranges of a connection that never arrived.',
  'reassembly-budget': 'Connections or segments dropped to stay within the memory budget.',
  'connection-budget': 'Connections dropped to stay within the connection table.',
  'flow-budget':
    'Connections, or sums of them, let go of to stay within the tables of flows: their totals begin anew if they go on.',
  'dns-budget': 'DNS questions let go of to stay within the table of those that wait for an answer.',
  'mid-stream': 'Bytes before the first message boundary on connections that were open before capture began.',
  'orphan-expired': 'Early bytes whose connection was never announced.',
  'parse-error':
    'Bytes that turned out not to be the protocol of their connection in the middle of it, or no message of it.',
  'slow-reader': 'Rows dropped because a reader fell behind.',
  'row-limit': 'Rows dropped because the reader asked for no more a second.',
  'ring-evicted': 'Rows of which the agent let go before they were asked for.',
  'summary-limit': 'Summaries of more pods, edges or endpoints than the terminal keeps apart.',
  'summary-time': 'Summaries of a time the terminal does not hold: more than an hour ago, or in the future.',
  'pod-disputed': 'Pods of which two agents told different owners or labels: neither is shown.',
  'summary-nonsense': 'Summaries whose latencies made no sense; their counts were taken.',
  'store-evicted': 'Rows of which the terminal let go to stay within its limit.',
};
