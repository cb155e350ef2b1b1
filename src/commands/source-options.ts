/** The flags that say what to watch: the same for every command that reads. */
import { type Command, Option } from 'commander';
import type { LeaseRequest } from '../agent-client/client.ts';
import { defaultNamespace } from '../cluster/installation.ts';
import { AppError } from '../domain/errors.ts';
import { hasClusterConfig } from '../kubernetes/cluster-config.ts';
import { parseSize } from './quantities.ts';

/** Where rows come from. */
export type SourceChoice =
  | { readonly kind: 'demo' }
  | { readonly kind: 'local'; readonly cgroup: string }
  | { readonly kind: 'replay'; readonly file: string; readonly speed: number | undefined }
  | { readonly kind: 'agents'; readonly addresses: readonly string[] }
  | {
      readonly kind: 'cluster';
      /** undefined = the current one. */
      readonly context: string | undefined;
      readonly kubeconfig: string | undefined;
      /** Where the agents are installed. */
      readonly agentNamespace: string;
    };

/** Agents that were there before and go on after: of a cluster, or by their addresses. */
export const isForeign = ({ kind }: SourceChoice): boolean => kind === 'agents' || kind === 'cluster';

export interface SourceRequest {
  readonly choice: SourceChoice;
  /** Header names to redact besides the built-in ones; undefined = no redaction at all. */
  readonly redact: readonly string[] | undefined;
  readonly lease: LeaseRequest;
  /** -n: what is shown of it; none = all. */
  readonly namespaces: readonly string[];
}

/** The flags as commander hands them over. */
export interface SourceFlags {
  readonly demo?: boolean;
  readonly local?: boolean;
  readonly replay?: string;
  readonly speed?: string;
  readonly agents?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly agentNamespace?: string;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly cgroup?: string;
  readonly redact?: string | boolean;
  readonly bodyLimit?: string;
}

/** Adds the source flags to a command. */
export function withSourceFlags(command: Command): Command {
  const group = 'What to watch (one of; default: the cluster of the kubeconfig, where there is none this machine):';
  const cluster = 'Which cluster:';
  const how = 'How to capture:';
  const add = (heading: string, flags: string, text: string) =>
    command.addOption(new Option(flags, text).helpGroup(heading));
  add(group, '--demo', 'a small shop that runs on this machine, captured live');
  add(group, '--local', "this machine's own traffic");
  add(group, '--replay <file>', 'a recording');
  add(group, '--agents <host:port,…>', 'agents that run already (host:port or unix:/path)');
  add(cluster, '--context <name>', 'a context of the kubeconfig (default: the current one)');
  add(cluster, '--kubeconfig <file>', 'default: KUBECONFIG, the account of the pod it runs in, ~/.kube/config');
  add(cluster, '--agent-namespace <name>', `where the agents are installed (default: "${defaultNamespace}")`);
  add(how, '-n, --namespace <names>', 'show only these namespaces, separated by commas');
  add(how, '-A, --all-namespaces', 'show all namespaces (default)');
  add(how, '--cgroup <path>', 'with --local: only this cgroup v2 and what is below it (default: "/")');
  add(how, '--speed <n>', 'with --replay: 1 = as it happened, 2 = twice as fast (default: as fast as it can be read)');
  add(how, '--redact <names>', 'header names to hide besides the built-in ones, separated by commas');
  add(how, '--no-redact', 'keep secrets: authorization, cookie, set-cookie, x-api-key, …');
  add(how, '--body-limit <size>', 'bytes kept of each message, e.g. 4KiB; 0 = heads only (default: 64KiB)');
  return command;
}

/**
 * What the flags ask for.
 *
 * @param fallback what no flag at all means; default: the cluster of the kubeconfig where there is one
 * @throws AppError `usage` for flags that contradict each other or make no sense
 */
export function readSourceFlags(flags: SourceFlags, fallback?: 'demo' | 'local'): SourceRequest {
  const given = (['demo', 'local', 'replay', 'agents'] as const).filter((name) => flags[name] !== undefined);
  if (given.length > 1) {
    throw usage(`${given.map((name) => `--${name}`).join(' and ')} cannot be combined: choose one source.`);
  }
  const ofCluster = (['context', 'kubeconfig', 'agentNamespace'] as const).filter((name) => flags[name] !== undefined);
  const kind =
    given[0] ?? (ofCluster.length > 0 ? 'cluster' : (fallback ?? (hasClusterConfig() ? 'cluster' : 'local')));
  if (kind !== 'cluster' && ofCluster.length > 0)
    throw usage(
      `--${ofCluster[0] === 'agentNamespace' ? 'agent-namespace' : ofCluster[0]} goes with a cluster, not with --${kind}.`,
    );
  if ((kind === 'cluster' || kind === 'agents') && flags.redact !== undefined && flags.redact !== true)
    throw usage('--redact is up to whoever runs the agents: kelpie deploy --redact, kelpie agent --redact.');
  if (flags.cgroup !== undefined && kind !== 'local') throw usage('--cgroup goes with --local only.');
  if (flags.speed !== undefined && kind !== 'replay') throw usage('--speed goes with --replay only.');
  return {
    choice: choiceOf(kind, flags),
    redact: redactOf(flags.redact),
    lease: leaseOf(flags.bodyLimit),
    namespaces: namespacesOf(flags),
  };
}

function choiceOf(kind: SourceChoice['kind'], flags: SourceFlags): SourceChoice {
  switch (kind) {
    case 'demo':
      return { kind };
    case 'local':
      return { kind, cgroup: cgroupOf(flags.cgroup ?? '/') };
    case 'replay':
      return { kind, file: flags.replay ?? '', speed: speedOf(flags.speed) };
    case 'cluster': {
      const { context, kubeconfig, agentNamespace = defaultNamespace } = flags;
      return { kind, context, kubeconfig, agentNamespace };
    }
    case 'agents':
      return { kind, addresses: (flags.agents ?? '').split(',').map((address) => addressOf(address.trim())) };
  }
}

/** @throws AppError `usage` */
function namespacesOf({ namespace, allNamespaces }: SourceFlags): readonly string[] {
  if (namespace === undefined) return [];
  if (allNamespaces) throw usage('--namespace and --all-namespaces exclude each other.');
  const names = namespace.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  if (wrong !== undefined) throw usage(`"${wrong}" is no name of a namespace.`);
  return names;
}

function cgroupOf(path: string): string {
  if (!path.startsWith('/'))
    throw usage(`--cgroup takes a path from the cgroup v2 root, e.g. /system.slice, not "${path}".`);
  return path;
}

function speedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const speed = Number(text);
  if (!(speed > 0 && speed <= 1_000_000)) throw usage(`--speed takes a number above 0, not "${text}".`);
  return speed;
}

/** @throws AppError `usage` unless it is `unix:/path` or `host:port` */
export function addressOf(text: string): string {
  if (/^unix:\/./.test(text)) return text;
  const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(text) ?? [];
  if (host && Number(port) >= 1 && Number(port) <= 65_535) return text;
  throw usage(`"${text}" is no agent address: host:port or unix:/path.`);
}

function redactOf(flag: string | boolean | undefined): readonly string[] | undefined {
  if (flag === false) return undefined;
  if (typeof flag !== 'string') return [];
  const names = flag.split(',').map((name) => name.trim().toLowerCase());
  // A field name is a token, RFC 9110 §5.1.
  const wrong = names.find((name) => !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name));
  if (wrong !== undefined) throw usage(`--redact takes header names separated by commas; "${wrong}" is none.`);
  return names;
}

function leaseOf(limit: string | undefined): LeaseRequest {
  if (limit === undefined) return { level: 'bodies', scopes: [], messageCap: 0 };
  const bytes = parseSize(limit);
  if (bytes === undefined) throw usage(`--body-limit takes a size such as 4096, 4KiB or 64k, not "${limit}".`);
  if (bytes > 65_536) throw usage(`--body-limit is at most 64KiB, not "${limit}".`);
  return bytes === 0
    ? { level: 'heads', scopes: [], messageCap: 0 }
    : { level: 'bodies', scopes: [], messageCap: bytes };
}

const usage = (detail: string) => new AppError('usage', { detail });
