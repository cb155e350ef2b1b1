/** The agent's account of itself. */
import type { AgentLease, AgentNames, AgentPolicy, AgentStatus, Loss } from '../src/domain/agent-status.ts';
import type { CaptureSource } from './capture/source.ts';
import { createResidentBytes } from './process-memory.ts';

export const version = process.env.KELPIE_VERSION ?? '0.0.0-dev';

export interface StatusParts {
  readonly source: CaptureSource;
  /** Rising and present totals by name, beside the kernel's. */
  readonly totals: () => Readonly<Record<string, number>>;
  /** Losses by reason, beside the kernel's; the same reason may come more than once. */
  readonly losses: () => readonly Loss[];
  readonly leases: () => readonly AgentLease[];
  readonly ring: () => { readonly rows: number; readonly bytes: number };
  readonly names?: (() => AgentNames) | undefined;
  readonly policy?: (() => AgentPolicy | undefined) | undefined;
}

/** A function that takes the status now. */
export function createStatus(parts: StatusParts): () => AgentStatus {
  const residentBytes = createResidentBytes();
  const started = BigInt(Date.now()) * 1_000_000n;
  return () => {
    const { source } = parts;
    const { host } = source;
    const kernel = source.counters();
    const cpu = process.cpuUsage();
    const ring = parts.ring();
    const kernelLosses = Object.entries(kernel.losses).map(([reason, count]) => ({ reason, count }));
    const sampled = { reason: 'sampled', count: kernel.totals.sampled_messages ?? 0 };
    return {
      node: host.node,
      version,
      kernel: host.kernel,
      source: { kind: source.kind, name: source.name, progress: source.progress },
      started,
      pid: process.pid,
      cpus: host.cpus,
      cpuNanos: (cpu.user + cpu.system) * 1000,
      rssBytes: residentBytes(),
      mapBytes: source.mapBytes,
      programs: source.programs,
      totals: { ...kernel.totals, ...parts.totals() },
      losses: merged([...kernelLosses, sampled, ...parts.losses()]),
      leases: parts.leases(),
      ringRows: ring.rows,
      ringBytes: ring.bytes,
      names: parts.names?.(),
      policy: parts.policy?.(),
    };
  };
}

/** One entry for each reason; reasons without a loss are left out. */
function merged(losses: readonly Loss[]): Loss[] {
  const sums = new Map<string, number>();
  for (const { reason, count } of losses) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return Array.from(sums, ([reason, count]) => ({ reason, count })).filter(({ count }) => count > 0);
}
