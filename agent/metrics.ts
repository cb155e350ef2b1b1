/** The agent's account of itself for Prometheus: the same figures as its status, in OpenMetrics' shape. */
import { Counter, Gauge, Registry } from 'prom-client';
import { type AgentStatus, levels } from '../src/domain/agent-status.ts';

export interface AgentMetrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Figures are taken when they are asked for. */
export function createAgentMetrics(status: () => AgentStatus): AgentMetrics {
  const registry = new Registry();
  let now = status();
  const registers = [registry];
  const gauge = (name: string, help: string, value: (status: AgentStatus) => number) =>
    new Gauge({
      name: `kelpie_agent_${name}`,
      help,
      registers,
      collect() {
        this.set(value(now));
      },
    });
  const info = new Gauge({
    name: 'kelpie_agent_info',
    help: 'What the agent is: always 1.',
    labelNames: ['node', 'version', 'kernel', 'source'],
    registers,
  });
  info.set({ node: now.node, version: now.version, kernel: now.kernel, source: now.source.kind }, 1);
  gauge('start_time_seconds', 'When it started, Unix time.', (each) => Number(each.started) / 1e9);
  gauge('resident_memory_bytes', 'Resident memory, BPF maps left out.', (each) => each.rssBytes);
  gauge('map_memory_bytes', 'Memory of the BPF maps.', (each) => each.mapBytes);
  gauge('ring_rows', 'Rows that are kept.', (each) => each.ringRows);
  gauge('ring_bytes', 'Bytes of the rows that are kept.', (each) => each.ringBytes);
  gauge('leases', 'Leases that terminals hold.', (each) => each.leases.length);
  gauge('programs', 'BPF programs attached.', (each) => each.programs.length);
  gauge('pods', 'Pods of the node whose names are known.', (each) => each.names?.pods ?? 0);
  gauge('names_synced', '1 while the watch on the pods of the node is up.', (each) =>
    each.names === undefined || each.names.state === 'synced' ? 1 : 0,
  );
  gauge('policy_ok', '1 unless the policy there is cannot be read.', (each) => (each.policy?.problem ? 0 : 1));
  new Gauge({
    name: 'kelpie_agent_current',
    help: 'How much there is of something now.',
    labelNames: ['name'],
    registers,
    collect() {
      for (const [name, value] of Object.entries(now.totals)) if (levels.has(name)) this.set({ name }, value);
    },
  });
  counter('cpu_seconds', 'CPU time used, user and system.', [], (each) => [[{}, each.cpuNanos / 1e9]]);
  counter('events', 'What was captured, read and told, by name.', ['name'], (each) =>
    Object.entries(each.totals).flatMap(([name, value]) => (levels.has(name) ? [] : [[{ name }, value]])),
  );
  counter('losses', 'What was lost, by reason.', ['reason'], (each) =>
    each.losses.map(({ reason, count }) => [{ reason }, count]),
  );
  return {
    contentType: registry.contentType,
    text() {
      now = status();
      return registry.metrics();
    },
  };

  /** A rising total that is counted elsewhere. */
  function counter(
    name: string,
    help: string,
    labelNames: readonly string[],
    values: (status: AgentStatus) => readonly (readonly [Record<string, string>, number])[],
  ): void {
    new Counter({
      name: `kelpie_agent_${name}_total`,
      help,
      labelNames: [...labelNames],
      registers,
      collect() {
        this.reset();
        for (const [labels, value] of values(now)) this.inc(labels, value);
      },
    });
  }
}
