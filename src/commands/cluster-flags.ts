/** The flags of commands that change or look at a cluster, and the way to it. */
import type { KubeConfig } from '@kubernetes/client-node';
import { type Command, Option } from 'commander';
import { defaultNamespace } from '../cluster/installation.ts';
import { AppError } from '../domain/errors.ts';
import { type Api, ApiFailure, createApi } from '../kubernetes/api.ts';
import { reasonOf } from '../kubernetes/api-reasons.ts';
import { clusterConfig } from '../kubernetes/cluster-config.ts';
import { parseDuration } from './quantities.ts';

export interface ClusterFlags {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly agentNamespace?: string;
  readonly timeout?: string;
  readonly quiet?: boolean;
}

const group = 'Which cluster:';

export function withClusterFlags(command: Command): Command {
  const add = (flags: string, text: string) => command.addOption(new Option(flags, text).helpGroup(group));
  add('--context <name>', 'a context of the kubeconfig (default: the current one)');
  add('--kubeconfig <file>', 'default: KUBECONFIG, the account of the pod it runs in, ~/.kube/config');
  add('--agent-namespace <name>', `where the agents are (default: "${defaultNamespace}")`);
  return command;
}

export interface Cluster {
  readonly config: KubeConfig;
  readonly api: Api;
  /** Of the context. */
  readonly name: string;
  /** Where the agents are. */
  readonly namespace: string;
  /** "v1.30.2" */
  readonly version: string;
}

/** @throws AppError `usage`, `cluster`: the API server is away or refuses, or is too old */
export async function reachCluster(flags: ClusterFlags): Promise<Cluster> {
  const namespace = flags.agentNamespace ?? defaultNamespace;
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    throw new AppError('usage', { detail: `"${namespace}" is no name of a namespace.` });
  const config = await clusterConfig(flags);
  const api = await createApi(config);
  const name = config.getCurrentContext();
  try {
    const { gitVersion = '' } = (await api.request({ method: 'GET', path: '/version' })) as {
      readonly gitVersion?: string;
    };
    return { config, api, name, namespace, version: gitVersion };
  } catch (error) {
    const reason =
      error instanceof ApiFailure && error.statusCode === 401
        ? 'the API server refuses the credentials (401): sign in again'
        : reasonOf(error, { verbs: 'get', resource: '/version' });
    const where = config.getCurrentCluster()?.server ?? '';
    throw new AppError('cluster', { reason: `${name} (${where}): ${reason}.` }, { cause: error });
  }
}

/** @throws AppError `usage` */
export function timeoutOf(text: string | undefined, fallbackMs: number): number {
  if (text === undefined) return fallbackMs;
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1000 || ms > 3_600_000)
    throw new AppError('usage', { detail: `--timeout takes a time from 1s to 1h, not "${text}".` });
  return ms;
}
