import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { AppError } from '../../src/domain/errors.ts';

/** Where a pod's own account is (kubernetes.io/docs/tasks/run-application/access-api-from-pod). */
const account = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * How to reach the API server: by KUBECONFIG where it is set, else the pod's own account, else ~/.kube/config.
 *
 * @throws AppError `usage`: none is there, or it cannot be read
 */
export async function clusterConfig(env: NodeJS.ProcessEnv = process.env): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const files = env.KUBECONFIG?.split(delimiter).filter(Boolean) ?? [join(env.HOME ?? homedir(), '.kube', 'config')];
  try {
    if (env.KUBECONFIG === undefined && existsSync(account)) config.loadFromCluster();
    else if (files.some((file) => existsSync(file))) {
      config.loadFromDefault();
      config.setCurrentContext(currentContext(files, KubeConfig) ?? config.currentContext);
    } else fail(`there is neither a pod’s account nor ${files.join(' nor ')}.`);
  } catch (error) {
    if (error instanceof AppError) throw error;
    // What follows the first line is a piece of the file, and may be a secret.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    fail(`the configuration cannot be read: ${reason}`);
  }
  return config.getCurrentCluster() ? config : fail('the configuration has no current context with a cluster.');
}

/** Of several files the first that names one says which, as with kubectl; the library takes the last. */
function currentContext(files: readonly string[], Config: typeof KubeConfig): string | undefined {
  for (const file of files.filter((each) => existsSync(each))) {
    const config = new Config();
    config.loadFromFile(file);
    if (config.currentContext) return config.currentContext;
  }
  return undefined;
}

function fail(detail: string): never {
  throw new AppError('usage', { detail: `--kubernetes: ${detail}` });
}
