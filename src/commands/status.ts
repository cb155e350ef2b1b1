/** `kelpie status`: how the agents of a cluster are, node by node. */

import { agentName } from '../../deploy/manifests/names.ts';
import { createAgentClient } from '../agent-client/create-agent-client.ts';
import { type ClusterSource, openCluster } from '../cluster/cluster-source.ts';
import type { LinkState } from '../domain/agent-event.ts';
import type { AgentStatus } from '../domain/agent-status.ts';
import { AppError } from '../domain/errors.ts';
import { formatBytes, formatDuration } from '../domain/format/index.ts';
import { sanitizeLine } from '../domain/sanitize.ts';
import { type Cluster, type ClusterFlags, reachCluster, timeoutOf } from './cluster-flags.ts';
import { createNotes } from './notes.ts';
import { createRuntimeFolder } from './runtime-folder.ts';
import { untilAborted, watchSignals } from './signals.ts';

export interface StatusFlags extends ClusterFlags {
  readonly output?: string;
}

/** What is known of one node's agent. */
interface Line {
  readonly node: string;
  link: LinkState;
  status: AgentStatus | undefined;
}

const patienceMs = 8_000;

/** Returns 0 when every node has an agent that answers, else 1. */
export async function runStatus(flags: StatusFlags): Promise<number> {
  const format = flags.output ?? 'text';
  if (format !== 'text' && format !== 'json')
    throw new AppError('usage', { detail: `--output takes text or json, not "${format}".` });
  const timeoutMs = timeoutOf(flags.timeout, patienceMs);
  const { signal } = watchSignals();
  const { progress } = createNotes(flags.quiet ?? false);
  const cluster = await reachCluster(flags);
  progress(`asking the agents of ${cluster.name}`);
  const folder = createRuntimeFolder();
  let source: ClusterSource | undefined;
  try {
    source = await openCluster({
      config: cluster.config,
      namespace: cluster.namespace,
      folder: folder.path,
      namespaces: [],
      takesNodesAlone: (await wantedNodes(cluster)) !== undefined,
    });
    const lines = await Promise.race([ask(source, timeoutMs), untilAborted(signal)]);
    const wanted = (await wantedNodes(cluster)) ?? 0;
    if (format === 'json')
      process.stdout.write(`${JSON.stringify(asJson(cluster, lines, wanted), replaceBigints, 2)}\n`);
    else process.stdout.write(asText(cluster, lines, wanted, source.problems));
    return lines.every(isUp) && lines.length >= wanted ? 0 : 1;
  } finally {
    source?.close();
    folder.remove();
  }
}

const isUp = ({ link }: Line): boolean => link.state === 'connected';

/** Waits until each has answered, or cannot. */
async function ask(source: ClusterSource, timeoutMs: number): Promise<readonly Line[]> {
  const lines = new Map<string, Line>();
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    const isSettled = ({ link, status }: Line) =>
      link.state === 'absent' ||
      (link.state === 'connected' && status !== undefined) ||
      (link.state === 'retrying' && link.attempt >= 2);
    if (lines.size > 0 && [...lines.values()].every(isSettled)) resolve();
  };
  const note = (event: Parameters<Parameters<ClusterSource['follow']>[1]>[0]): void => {
    const told = source.explain(event);
    if (told.type === 'gone') lines.delete(told.agent);
    else if (told.type === 'link' || told.type === 'status') {
      const line = lines.get(told.agent) ?? { node: told.agent, link: { state: 'connecting' }, status: undefined };
      lines.set(told.agent, line);
      if (told.type === 'link') line.link = told.link;
      else line.status = told.status;
    }
    look();
  };
  const client = createAgentClient({ agents: source.agents, queries: [], leases: [], onEvent: note });
  source.follow(client, note);
  try {
    await Promise.race([done, new Promise((end) => setTimeout(end, timeoutMs).unref())]);
    return [...lines.values()].sort((a, b) => a.node.localeCompare(b.node));
  } finally {
    await client.close();
  }
}

/** Nodes that the DaemonSet wants an agent on; undefined where there is none, or it may not be read. */
async function wantedNodes({ api, namespace }: Cluster): Promise<number | undefined> {
  const found = (await api
    .find({ method: 'GET', path: `/apis/apps/v1/namespaces/${namespace}/daemonsets/${agentName}` })
    .catch(() => undefined)) as { readonly status?: { readonly desiredNumberScheduled?: number } } | undefined;
  return found && (found.status?.desiredNumberScheduled ?? 0);
}

function asText(
  { name, version, namespace }: Cluster,
  lines: readonly Line[],
  wanted: number,
  problems: readonly string[],
): string {
  const up = lines.filter(isUp).length;
  const rows = [
    ['NODE', 'AGENT', 'VERSION', 'UP', 'MEMORY', 'KERNEL', 'NAMES', 'POLICY', 'LOOKED AT BY'],
    ...lines.map((line) => [line.node, stateOf(line), ...figuresOf(line.status)]),
  ];
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const table = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const reasons = lines.flatMap(({ node, link }) =>
    link.state === 'absent' || link.state === 'retrying' ? [`${node}: ${sanitizeLine(link.reason)}`] : [],
  );
  const versions = new Set(lines.flatMap(({ status }) => (status ? [status.version] : [])));
  const own = process.env.KELPIE_VERSION ?? '';
  if (versions.size > 0 && !(versions.size === 1 && versions.has(own)))
    reasons.push(`this is version ${own}, the agents are ${[...versions].join(', ')}: kelpie upgrade`);
  const head = `${name}: Kubernetes ${version}, namespace ${namespace}, ${up} of ${Math.max(wanted, lines.length)} agents up`;
  return `${[head, '', ...table, ...(reasons.length + problems.length > 0 ? ['', ...reasons, ...problems] : [])].join('\n')}\n`;
}

function stateOf({ link }: Line): string {
  if (link.state === 'connected') return 'up';
  return link.state === 'retrying' ? 'not reached' : link.state;
}

function figuresOf(status: AgentStatus | undefined): readonly string[] {
  if (!status) return ['-', '-', '-', '-', '-', '-', '-'];
  const { names, policy, leases } = status;
  const seconds = Math.floor((Date.now() * 1e6 - Number(status.started)) / 1e9);
  return [
    sanitizeLine(status.version),
    formatDuration(Math.max(0, seconds) * 1e9),
    formatBytes(status.rssBytes + status.mapBytes),
    sanitizeLine(status.kernel),
    names
      ? `${names.state === 'synced' ? '' : `${names.state}, `}${names.pods} ${names.pods === 1 ? 'pod' : 'pods'}`
      : '-',
    policy ? (policy.problem ? 'cannot be read' : `${policy.captureAtMost}, ${policy.pods.length} kept back`) : '-',
    leases.length === 0 ? 'nobody' : terminals(new Set(leases.map(({ client }) => client.split('/')[0])).size),
  ];
}

const terminals = (count: number): string => (count === 1 ? '1 terminal' : `${count} terminals`);

function asJson({ name, version, namespace }: Cluster, lines: readonly Line[], wanted: number): object {
  return {
    context: name,
    kubernetes: version,
    namespace,
    wanted,
    agents: lines.map(({ node, link, status }) => ({
      node,
      state: link.state,
      ...('reason' in link && { reason: link.reason }),
      ...(status && { status }),
    })),
  };
}

const replaceBigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
