/** The agent's account of itself, in wire form. */
import type { AgentStatus as WireStatus } from '../../proto/gen/kelpie/v1/agent.ts';
import type { AgentStatus } from '../../src/domain/agent-status.ts';

/** Field by field: the two shapes are kept apart so that the wire can stay while the domain moves. */
export function statusToWire(status: AgentStatus): WireStatus {
  return {
    node: status.node,
    version: status.version,
    kernel: status.kernel,
    source: { ...status.source },
    started: status.started,
    pid: status.pid,
    cpuNanos: status.cpuNanos,
    rssBytes: status.rssBytes,
    mapBytes: status.mapBytes,
    programs: status.programs.map((program) => ({ ...program })),
    totals: { ...status.totals },
    losses: status.losses.map((loss) => ({ ...loss })),
    leases: status.leases.map((lease) => ({ ...lease })),
    ringRows: status.ringRows,
    ringBytes: status.ringBytes,
    cpus: status.cpus,
    names: status.names && { ...status.names },
    policy: status.policy && {
      ...status.policy,
      excludeNamespaces: [...status.policy.excludeNamespaces],
      redactFields: [...status.policy.redactFields],
      pods: status.policy.pods.map((pod) => ({ ...pod })),
    },
  };
}
