/** Opens what the source flags name: starts the processes it needs and yields the addresses of its agents. */
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { type AgentEndpoint, endpointAt } from '../agent-client/client.ts';
import type { ClusterSource } from '../cluster/cluster-source.ts';
import { AppError, toAppError } from '../domain/errors.ts';
import { createPodRegister, type PodRegister } from '../domain/pods/pod-register.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { bundlePath, type Child, startChild } from './child-process.ts';
import { createRuntimeFolder, type RuntimeFolder } from './runtime-folder.ts';
import type { SourceChoice, SourceRequest } from './source-options.ts';

export interface Source {
  /** In two or three words: "demo", "this machine", "replay shop.kelpie". */
  readonly name: string;
  /** Those that there are at first. */
  readonly agents: readonly AgentEndpoint[];
  /** The agents were started by us, just now, and end with us. */
  readonly own: boolean;
  /** All rows there will ever be are in a recording. */
  readonly recorded: boolean;
  /** What is not as one would expect: something else plays than was asked for, not all names are known. */
  readonly notice: string | undefined;
  /** The same, where that takes a while. */
  readonly laterNotice?: Promise<string | undefined> | undefined;
  /** Resolves with a sentence when a process of ours ended for good. */
  readonly ended: Promise<string>;
  /** Where agents come and go: makes the client's agents those that there are, as soon as it makes sense, and keeps them so. */
  readonly follow?: ClusterSource['follow'] | undefined;
  /** Agents that have these pods; undefined = not known, or so few that all may be asked. */
  readonly agentsOf?: ClusterSource['agentsOf'] | undefined;
  /** Owners and labels of pods, as far as this side knows them by itself; what agents tell of them belongs there, too. */
  readonly pods: PodRegister;
  /** It knows those of all pods: agents need not be asked. */
  readonly knowsPods?: ClusterSource['knowsPods'] | undefined;
  /** What an agent tells, with what this side knows besides. */
  readonly explain?: ClusterSource['explain'] | undefined;
  /** Ends our processes and removes their traces. Idempotent. */
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** One line on what is being waited for. */
  readonly progress: (line: string) => void;
  /** Where the demo cannot be captured, play the bundled recording instead. */
  readonly playInstead?: boolean;
  /** Names of a cluster may come in later: whoever dials its agents leaves that to `follow`. */
  readonly isEarly?: boolean;
  /** Let the agent write the raw events to this file. */
  readonly record?: string;
}

/** Time for a terminal to take its lease on an agent that has just come up, ms: nothing is captured before. */
const leaseMs = 200;

/** @throws AppError that says what is missing and what to do */
export async function openSource(request: SourceRequest, options: OpenOptions): Promise<Source> {
  const { choice } = request;
  if (choice.kind === 'agents') return foreignAgents(choice.addresses);
  if (choice.kind === 'cluster') return clusterAgents(choice, request.namespaces, options);
  if (choice.kind === 'replay') checkRecording(choice.file);
  const folder = createRuntimeFolder();
  try {
    return await openOwn(choice, request, options, folder);
  } catch (thrown) {
    const error = toAppError(thrown);
    // The log stays where the message points at it.
    if (!error.message.includes(folder.path)) folder.remove();
    if (choice.kind !== 'demo' || !options.playInstead || !canPlayInstead(error)) throw thrown;
    const notice = `Playing a recording of the demo instead: ${oneLine(error)}`;
    const play: SourceChoice = { kind: 'replay', file: bundlePath('demo.kelpie'), speed: 1 };
    const source = await openSource({ ...request, choice: play }, { ...options, playInstead: false });
    return { ...source, name: 'demo (recorded)', notice };
  }
}

function foreignAgents(addresses: readonly string[]): Source {
  return {
    name: addresses.length === 1 ? (addresses[0] ?? '') : `${addresses.length} agents`,
    // Each knows the pods of its own node: what one of them lets pass of another's is looked at again.
    agents: addresses.map((address) => ({ ...endpointAt(address), isNamedHere: addresses.length > 1 })),
    pods: createPodRegister(),
    own: false,
    recorded: false,
    notice: undefined,
    ended: new Promise(() => undefined),
    close: () => Promise.resolve(),
  };
}

async function clusterAgents(
  choice: Extract<SourceChoice, { kind: 'cluster' }>,
  asked: readonly string[],
  { progress, isEarly = false }: OpenOptions,
): Promise<Source> {
  const [{ clusterConfig }, { openCluster }] = await Promise.all([
    import('../kubernetes/cluster-config.ts'),
    import('../cluster/cluster-source.ts'),
  ]);
  const { context, kubeconfig, agentNamespace } = choice;
  const config = await clusterConfig({ context, kubeconfig });
  const name = config.getCurrentContext();
  progress(`asking ${name} for its agents`);
  const own = config.getContextObject(name)?.namespace ?? 'default';
  const folder = createRuntimeFolder();
  try {
    const namespaces = [...new Set([own, ...asked])];
    const cluster = await openCluster({ config, namespace: agentNamespace, folder: folder.path, namespaces });
    // Addresses stay addresses where names may not be read: that is said.
    const notice = cluster.named.then(() => (cluster.problems.length > 0 ? cluster.problems.join('; ') : undefined));
    return {
      name,
      agents: cluster.agents,
      own: false,
      recorded: false,
      notice: isEarly ? undefined : await notice,
      laterNotice: isEarly ? notice : undefined,
      ended: new Promise(() => undefined),
      follow: cluster.follow,
      agentsOf: cluster.agentsOf,
      pods: cluster.pods,
      knowsPods: cluster.knowsPods,
      explain: cluster.explain,
      async close() {
        cluster.close();
        folder.remove();
      },
    };
  } catch (thrown) {
    folder.remove();
    throw thrown instanceof AppError && thrown.code === 'cluster' ? inContext(thrown, name) : thrown;
  }
}

/** Of several clusters one must know which it was. */
function inContext(error: AppError, context: string): AppError {
  return new AppError('cluster', { reason: `${context}: ${error.message}` });
}

/** What starts processes of ours. */
type OwnChoice = Exclude<SourceChoice, { kind: 'agents' | 'cluster' }>;

async function openOwn(
  choice: OwnChoice,
  request: SourceRequest,
  { signal, progress, record }: OpenOptions,
  folder: RuntimeFolder,
): Promise<Source> {
  let demo: Child | undefined;
  let agent: AgentProcess | undefined;
  const close = async () => {
    await Promise.all([agent?.stop(), demo?.stop()]);
    folder.remove();
  };
  try {
    if (choice.kind === 'demo') {
      progress('starting the demo: a small shop in network namespaces and cgroups');
      // Its load begins when the agent is there: what is seen from the start needs no guessing.
      demo = await startChild('demo.js', ['--wait-for-go'], folder, signal);
    }
    progress(choice.kind === 'replay' ? `opening ${choice.file}` : 'starting the agent: loading its eBPF programs');
    const args = [...sourceArgs(choice, demo), ...redactArgs(request), ...(record ? ['--record', record] : [])];
    agent = await startAgent({ args, folder, signal, restart: !record });
    if (demo) setTimeout(demo.tell, leaseMs, 'go').unref();
  } catch (error) {
    await Promise.all([agent?.stop(), demo?.stop()]);
    throw error;
  }
  return {
    name: nameOf(choice),
    agents: [endpointAt(agent.address)],
    pods: createPodRegister(),
    own: true,
    recorded: choice.kind === 'replay',
    notice: undefined,
    ended: Promise.race([
      agent.ended.then((how) => `The agent is gone: ${how}.`),
      demo?.ended.then((how) => `The demo is gone: ${how}.`) ?? new Promise<string>(() => undefined),
    ]),
    close,
  };
}

function sourceArgs(choice: OwnChoice, demo: Child | undefined): readonly string[] {
  switch (choice.kind) {
    case 'demo': {
      const cgroup = String(demo?.ready.cgroup);
      return ['--source', 'live', '--cgroup', cgroup, '--pods-below', cgroup];
    }
    case 'local':
      return ['--source', 'live', '--cgroup', choice.cgroup];
    case 'replay':
      return ['--replay', choice.file, ...(choice.speed === undefined ? [] : ['--speed', String(choice.speed)])];
  }
}

function redactArgs({ redact }: SourceRequest): readonly string[] {
  if (!redact) return ['--no-redact'];
  return redact.length > 0 ? ['--redact', redact.join(',')] : [];
}

function nameOf(choice: OwnChoice): string {
  switch (choice.kind) {
    case 'demo':
      return 'demo';
    case 'local':
      return choice.cgroup === '/' ? 'this machine' : choice.cgroup;
    case 'replay':
      return `replay ${basename(choice.file)}`;
  }
}

/** @throws AppError `recording-not-found`, or `usage` for what is no file */
function checkRecording(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new AppError('recording-not-found', { file });
  if (stat.isDirectory()) throw new AppError('usage', { detail: `${file} is a directory, not a recording.` });
}

/** The demo or eBPF is not possible on this machine, which is no reason to show nothing. */
function canPlayInstead(error: AppError): boolean {
  const codes = ['ebpf-unavailable', 'permission', 'agent-start', 'demo-failed'];
  return codes.includes(error.code) && existsSync(bundlePath('demo.kelpie'));
}

const oneLine = (error: AppError) => error.message.split('\n', 1)[0] ?? '';
