/** The keys of agents, out of the Secrets that their pods mount: one of the installation, while its name is changed two. */
import type { KubeConfig } from '@kubernetes/client-node';
import { AppError, toAppError } from '../domain/errors.ts';
import { reasonOf, statusOf } from '../kubernetes/api-reasons.ts';
import { keySecret } from './installation.ts';

export interface AgentKeys {
  /** Of a Secret that was read. */
  of(secret: string): string | undefined;
  /** Why there is none, `cluster`: it is not there, may not be read, or has no key. */
  problem(secret: string): AppError | undefined;
  /** Reads those that could not be yet. Never throws. */
  read(secrets: Iterable<string>): Promise<void>;
  /** Reads all of them anew, those that can be; true where a key is another. */
  renew(): Promise<boolean>;
}

export function createAgentKeys(config: KubeConfig, namespace: string): AgentKeys {
  const keys = new Map<string, string>();
  const problems = new Map<string, AppError>();
  const readOne = async (secret: string): Promise<void> => {
    try {
      keys.set(secret, await readKey(config, namespace, secret));
      problems.delete(secret);
    } catch (error) {
      problems.set(secret, toAppError(error));
    }
  };
  return {
    of: (secret) => keys.get(secret),
    problem: (secret) => problems.get(secret),
    async read(secrets) {
      const missing = [...new Set(secrets)].filter((secret) => !keys.has(secret));
      await Promise.all(missing.map(readOne));
    },
    async renew() {
      const found = await Promise.all(
        [...keys].map(async ([secret, before]) => {
          const key = await readKey(config, namespace, secret).catch(() => before);
          keys.set(secret, key);
          return key !== before;
        }),
      );
      return found.includes(true);
    },
  };
}

/** @throws AppError `cluster` */
async function readKey(config: KubeConfig, namespace: string, name: string): Promise<string> {
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const { entry } = keySecret;
  const isOurs = name === keySecret.name;
  try {
    const { data } = await config.makeApiClient(CoreV1Api).readNamespacedSecret({ name, namespace });
    const key = Buffer.from(data?.[entry] ?? '', 'base64')
      .toString('utf8')
      .trim();
    if (key !== '') return key;
  } catch (error) {
    const resource = `the Secret ${name} in the namespace ${namespace}`;
    const remedy = isOurs ? 'kelpie deploy makes it' : 'whoever chose that name makes it (key.existingSecret)';
    if (statusOf(error) === 404)
      throw clusterError(
        `The Secret ${name} is not in the namespace ${namespace}, and its agents wait for it: ${remedy}.`,
      );
    if (statusOf(error) === 403)
      throw clusterError(
        `Not allowed to read ${resource} (403), which the agents want to be shown: it takes get on that Secret, which the Role kelpie-viewer gives (docs/kubernetes/access.md).`,
      );
    throw clusterError(`Its agents cannot be reached: ${reasonOf(error, { verbs: 'get', resource })}.`);
  }
  const remedy = isOurs ? 'kelpie deploy mends it' : 'it has to be put there, 32 characters at least';
  throw clusterError(`The Secret ${name} in the namespace ${namespace} has no ${entry}: ${remedy}.`);
}

const clusterError = (reason: string) => new AppError('cluster', { reason });
