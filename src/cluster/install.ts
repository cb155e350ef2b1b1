/** Agents put on a cluster: their objects, their key, and the wait until each node has one. */
import { createHash, randomBytes } from 'node:crypto';
import type { KubeConfig, KubernetesObject } from '@kubernetes/client-node';
import { type AgentValues, agentManifests, agentName, unwantedManifests } from '../../deploy/manifests/manifests.ts';
import { AppError } from '../domain/errors.ts';
import type { Api } from '../kubernetes/api.ts';
import { discoverAgents } from './agent-discovery.ts';
import { applyObject, type Outcome, pathOf, removeOwn, titleOf } from './apply.ts';
import { explainFailure } from './explain.ts';
import { keySecret } from './installation.ts';
import { withChosen } from './kept-values.ts';

export interface InstallOptions {
  readonly api: Api;
  readonly values: AgentValues;
  /** Nothing is changed; the API server checks everything as if it were. */
  readonly isTrial: boolean;
  /** Draw a new key: terminals that run ask for it again, tokens of the old one are refused. */
  readonly newKey: boolean;
  /** What became of each object, as it happens. */
  readonly tell: (title: string, outcome: Outcome) => void;
}

/**
 * Puts everything there, or makes it what it should be.
 *
 * @throws AppError `cluster`, with what to do
 */
export async function install({ api, values, isTrial, newKey, tell }: InstallOptions): Promise<void> {
  let key = '';
  for (const object of agentManifests(values)) {
    const whole = object.kind === 'DaemonSet' ? withChosen(withKey(object, key), values) : object;
    if (object.kind === 'Namespace' && (await isForeign(api, object)))
      tell(`${titleOf(object)} (not Kelpie’s: left as it is)`, 'unchanged');
    else await attempt(titleOf(object), async () => tell(titleOf(object), await applyObject(api, whole, isTrial)));
    // Pods wait for it: it comes right behind the namespace.
    if (object.kind === 'Namespace') key = await installKey(api, values, { isTrial, newKey, tell });
  }
  // Who was let in before and is not any more has no way in that was forgotten.
  for (const object of unwantedManifests(values)) {
    const title = titleOf(object);
    await attempt(title, async () => (await removeOwn(api, object, isTrial)) && tell(title, 'removed'));
  }
}

/** A namespace that somebody made for something else is not labelled, and not deleted later. */
export async function isForeign(api: Api, namespace: KubernetesObject): Promise<boolean> {
  const there = (await api.find({ method: 'GET', path: pathOf(namespace) }).catch(() => undefined)) as
    | KubernetesObject
    | undefined;
  return there !== undefined && there.metadata?.labels?.['app.kubernetes.io/part-of'] === undefined;
}

/** Pods start anew when the key is another: kubelet would give it to those that run a minute later. */
function withKey(object: KubernetesObject, key: string): KubernetesObject {
  if (key === '') return object;
  const { spec } = object as KubernetesObject & { readonly spec: { readonly template: { readonly metadata: object } } };
  const fingerprint = createHash('sha256').update(key).digest('hex').slice(0, 12);
  const { annotations } = spec.template.metadata as { readonly annotations?: object };
  const metadata = { ...spec.template.metadata, annotations: { ...annotations, 'kelpie.dev/key': fingerprint } };
  return { ...object, ...{ spec: { ...spec, template: { ...spec.template, metadata } } } };
}

/** Returns the key as the Secret's data has it; '' where it is not ours to make. */
async function installKey(
  api: Api,
  values: AgentValues,
  { isTrial, newKey, tell }: Pick<InstallOptions, 'isTrial' | 'newKey' | 'tell'>,
): Promise<string> {
  if (values.key.existingSecret !== '') return '';
  let key = '';
  const secret = keyObject(values.namespace);
  const title = titleOf(secret);
  await attempt(title, async () => {
    const there = (await api.find({ method: 'GET', path: pathOf(secret) })) as
      | { readonly data?: Record<string, string> }
      | undefined;
    key = there?.data?.[keySecret.entry] ?? '';
    if (key !== '' && !newKey) return tell(title, 'unchanged');
    key = drawnKey();
    if (!isTrial) await applyObject(api, { ...secret, ...{ data: { [keySecret.entry]: key } } });
    tell(title, there ? 'changed' : 'created');
  });
  return key;
}

/** 256 bits, in 64 hexadecimal digits, as the data of a Secret: base64. */
const drawnKey = (): string => Buffer.from(randomBytes(32).toString('hex')).toString('base64');

/** The Secret without what is in it. */
export const keyObject = (namespace: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: keySecret.name, namespace, labels: { 'app.kubernetes.io/part-of': 'kelpie' } },
});

async function attempt(title: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('cluster', { reason: explainFailure(title, error) }, { cause: error });
  }
}

export interface RolloutOptions {
  readonly api: Api;
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** A line each time a node's state changes. */
  readonly tell: (line: string) => void;
}

export interface Rollout {
  readonly ready: number;
  readonly wanted: number;
  /** Nodes that are not ready, and why. */
  readonly missing: readonly { readonly node: string; readonly reason: string }[];
}

interface DaemonSetObject {
  readonly metadata?: { readonly generation?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
  };
}

const lookEveryMs = 500;

/** Waits until the agents of all nodes run as they should now, or the time is up. @throws AppError `cluster` */
export async function awaitRollout(options: RolloutOptions): Promise<Rollout> {
  const { api, config, namespace, timeoutMs, signal, tell } = options;
  const said = new Map<string, string>();
  const discovery = await discoverAgents({
    config,
    namespace,
    onChange() {
      for (const { node, pod, reason } of discovery.places.values()) {
        const line = pod === undefined ? reason : 'its agent runs';
        if (said.get(node) === line) continue;
        said.set(node, line);
        tell(`${node}: ${line}`);
      }
    },
  });
  try {
    const path = pathOf({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: agentName, namespace } });
    const until = Date.now() + timeoutMs;
    for (;;) {
      const { metadata, status } = (await api.request({ method: 'GET', path })) as DaemonSetObject;
      const {
        desiredNumberScheduled: wanted = 0,
        updatedNumberScheduled: updated = 0,
        numberReady: ready = 0,
      } = status ?? {};
      const isSeen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1);
      const isDone = isSeen && updated === wanted && ready === wanted;
      if (isDone || Date.now() >= until || signal.aborted) {
        const missing = [...discovery.places.values()].filter(({ pod }) => pod === undefined);
        return { ready, wanted, missing: missing.map(({ node, reason }) => ({ node, reason })) };
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  } catch (error) {
    throw new AppError(
      'cluster',
      { reason: explainFailure(`DaemonSet ${namespace}/${agentName}`, error) },
      { cause: error },
    );
  } finally {
    discovery.stop();
  }
}
