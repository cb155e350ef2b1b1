/** An agent's words about itself and its losses, checked and bounded. */

import type {
  Loss as WireLoss,
  Names as WireNames,
  Policy as WirePolicy,
  AgentStatus as WireStatus,
} from '../../proto/gen/kelpie/v1/agent.ts';
import type { AgentNames, AgentPolicy, AgentStatus, Loss } from '../domain/agent-status.ts';
import { AppError } from '../domain/errors.ts';

/** Entries that any list in a status may have. */
const maxEntries = 4_096;

/** @throws AppError `agent-protocol` when a figure is not a number or a list is absurdly long */
export function decodeStatus(agent: string, wire: WireStatus): AgentStatus {
  const { source } = wire;
  const kind = source?.kind;
  if (!source || (kind !== 'live' && kind !== 'recording')) throw broken(agent, 'a status without a source');
  const totals = Object.entries(wire.totals);
  const lists = [totals, wire.programs, wire.losses, wire.leases];
  if (lists.some((list) => list.length > maxEntries)) throw broken(agent, 'a status with an endless list');
  const figures = [wire.cpuNanos, wire.rssBytes, wire.mapBytes, wire.ringRows, wire.ringBytes, source.progress];
  if (!figures.every(Number.isFinite) || !totals.every(([, total]) => Number.isFinite(total))) {
    throw broken(agent, 'a status whose figures are not numbers');
  }
  return {
    node: wire.node,
    version: wire.version,
    kernel: wire.kernel,
    source: { kind, name: source.name, progress: source.progress },
    started: wire.started,
    pid: wire.pid,
    cpus: wire.cpus,
    cpuNanos: wire.cpuNanos,
    rssBytes: wire.rssBytes,
    mapBytes: wire.mapBytes,
    programs: wire.programs.map(({ name, attachType, cgroup, instructions }) => {
      return { name, attachType, cgroup, instructions };
    }),
    totals: Object.fromEntries(totals),
    losses: decodeLosses(agent, wire.losses),
    leases: wire.leases.map(({ client, level, scope, remainingMs }) => ({ client, level, scope, remainingMs })),
    ringRows: wire.ringRows,
    ringBytes: wire.ringBytes,
    names: wire.names && decodeNames(agent, wire.names),
    policy: wire.policy && decodePolicy(agent, wire.policy),
  };
}

function decodeNames(agent: string, { state, reason, pods }: WireNames): AgentNames {
  if (state !== 'connecting' && state !== 'synced' && state !== 'away') throw broken(agent, 'names in no known state');
  return { state, reason, pods };
}

function decodePolicy(agent: string, policy: WirePolicy): AgentPolicy {
  const { source, loaded, problem, captureAtMost, excludeNamespaces, redactFields, pods } = policy;
  if ([excludeNamespaces, redactFields, pods].some((list) => list.length > maxEntries)) {
    throw broken(agent, 'a policy with an endless list');
  }
  return {
    source,
    loaded,
    problem,
    captureAtMost,
    excludeNamespaces,
    redactFields,
    pods: pods.map(({ pod, level, reason }) => ({ pod, level, reason })),
  };
}

/** @throws AppError `agent-protocol` when a count is not a number from 0 on */
export function decodeLosses(agent: string, losses: readonly WireLoss[]): readonly Loss[] {
  if (losses.length > maxEntries) throw broken(agent, 'an endless list of losses');
  return losses.map(({ reason, count }) => {
    if (!Number.isFinite(count) || count < 0) throw broken(agent, `a loss of ${count}`);
    return { reason, count };
  });
}

function broken(address: string, reason: string): AppError {
  return new AppError('agent-protocol', { address, reason });
}
