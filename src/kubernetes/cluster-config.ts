/** The way to an API server: which kubeconfig, which context. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { AppError } from '../domain/errors.ts';
import { proxyFor } from './proxy.ts';

/** Where a pod's own account is (kubernetes.io/docs/tasks/run-application/access-api-from-pod). */
const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface ConfigOptions {
  /** --kubeconfig: this file alone. */
  readonly kubeconfig?: string | undefined;
  /** --context: instead of the current one. */
  readonly context?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/** Whether there is anything to read: a file, or a pod's own account. */
export function hasClusterConfig({ kubeconfig, env = process.env }: ConfigOptions = {}): boolean {
  return (
    kubeconfig !== undefined ||
    isGiven(env) ||
    existsSync(`${accountFolder}/token`) ||
    filesOf({ env }).some((file) => existsSync(file))
  );
}

/**
 * How to reach the API server: by --kubeconfig, else by KUBECONFIG where it is set, else the pod's own account, else ~/.kube/config.
 *
 * @throws AppError `usage`: none is there, it cannot be read, or it has no such context
 */
export async function clusterConfig(options: ConfigOptions = {}): Promise<KubeConfig> {
  const { env = process.env, context } = options;
  const { KubeConfig } = await import('@kubernetes/client-node');
  const files = filesOf(options);
  const isOwnAccount = options.kubeconfig === undefined && !isGiven(env) && existsSync(`${accountFolder}/token`);
  const config = new KubeConfig();
  try {
    if (isOwnAccount) config.loadFromCluster();
    else loadFiles(config, files, KubeConfig);
  } catch (error) {
    if (error instanceof AppError) throw error;
    // What follows the first line is a piece of the file, and may be a secret.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    fail(`the kubeconfig cannot be read: ${reason}`);
  }
  if (context !== undefined) choose(config, context);
  const cluster = config.getCurrentCluster();
  if (!cluster) fail('the kubeconfig has no current context with a cluster: kubectl config use-context NAME.');
  // The library knows the proxy of a kubeconfig alone; kubectl takes that of the environment where there is none.
  const proxyUrl = cluster.proxyUrl ?? proxyFor(cluster.server, env);
  if (proxyUrl !== undefined)
    config.clusters = config.clusters.map((each) => (each === cluster ? { ...each, proxyUrl } : each));
  return config;
}

function filesOf({ kubeconfig, env = process.env }: ConfigOptions): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  return isGiven(env)
    ? (env.KUBECONFIG ?? '').split(delimiter).filter(Boolean)
    : [join(env.HOME ?? homedir(), '.kube', 'config')];
}

/** An empty one is none, as with kubectl. */
const isGiven = ({ KUBECONFIG }: NodeJS.ProcessEnv): boolean => KUBECONFIG !== undefined && KUBECONFIG !== '';

/** All that are there, merged: of what has the same name the first counts, and so does the first current context, as with kubectl. */
function loadFiles(config: KubeConfig, files: readonly string[], Config: typeof KubeConfig): void {
  const there = files.filter((file) => existsSync(file));
  if (there.length === 0) fail(`there is neither a pod’s account nor ${files.join(' nor ')}.`);
  const [first = '', ...others] = there;
  config.loadFromFile(first);
  for (const file of others) {
    const other = new Config();
    other.loadFromFile(file);
    const current = config.currentContext || other.currentContext;
    const names = new Set(config.getContexts().map(({ name }) => name));
    config.contexts.push(...other.getContexts().filter(({ name }) => !names.has(name)));
    const clusters = new Set(config.getClusters().map(({ name }) => name));
    config.clusters.push(...other.getClusters().filter(({ name }) => !clusters.has(name)));
    const users = new Set(config.getUsers().map(({ name }) => name));
    config.users.push(...other.getUsers().filter(({ name }) => !users.has(name)));
    config.setCurrentContext(current);
  }
}

function choose(config: KubeConfig, context: string): void {
  const names = config.getContexts().map(({ name }) => name);
  if (names.includes(context)) config.setCurrentContext(context);
  else fail(`there is no context "${context}"; there are ${names.join(', ') || 'none'}.`);
}

function fail(detail: string): never {
  throw new AppError('usage', { detail: `Kubernetes: ${detail}` });
}
