/** `kelpie demo deploy kuard`, `kelpie demo undeploy`: something to look at on a cluster. */
import type { KubernetesObject } from '@kubernetes/client-node';
import { kuardDefaults, kuardManifests } from '../../deploy/manifests/kuard.ts';
import { applyObject, pathOf, titleOf } from '../cluster/apply.ts';
import { explainFailure } from '../cluster/explain.ts';
import { remove } from '../cluster/remove.ts';
import { AppError } from '../domain/errors.ts';
import { type Cluster, type ClusterFlags, reachCluster, timeoutOf } from './cluster-flags.ts';
import { createNotes } from './notes.ts';
import { untilAborted, watchSignals } from './signals.ts';

export interface DemoDeployFlags extends ClusterFlags {
  readonly kuardImage?: string;
  readonly visitorImage?: string;
  readonly pullPolicy?: string;
  readonly wait?: boolean;
}

const patienceMs = 120_000;
const lookEveryMs = 500;

export async function runDemoDeploy(what: string, flags: DemoDeployFlags): Promise<number> {
  if (what !== 'kuard')
    throw new AppError('usage', { detail: `There is one demo for clusters: kuard, not "${what}".` });
  const timeoutMs = timeoutOf(flags.timeout, patienceMs);
  const { signal } = watchSignals();
  const { progress, warn } = createNotes(flags.quiet ?? false);
  const cluster = await reachCluster(flags);
  const objects = kuardManifests(optionsOf(flags));
  progress(`putting kuard and a visitor on ${cluster.name}, namespace ${kuardDefaults.namespace}`);
  for (const object of objects) {
    try {
      progress(`  ${await applyObject(cluster.api, object)}: ${titleOf(object)}`);
    } catch (error) {
      throw new AppError('cluster', { reason: explainFailure(titleOf(object), error) }, { cause: error });
    }
  }
  if (flags.wait === false) return 0;
  const waiting = await Promise.race([
    untilReady(cluster, objects, timeoutMs, (line) => progress(`  ${line}`)),
    untilAborted(signal),
  ]);
  if (waiting.length > 0) {
    warn(
      `not ready after ${Math.round(timeoutMs / 1000)} s: ${waiting.join(', ')}. kubectl -n ${kuardDefaults.namespace} get pods says why.`,
    );
    return 1;
  }
  progress("it runs. Look at it: kelpie -n kelpie-demo -c 'http /kuard'      away with it: kelpie demo undeploy");
  return 0;
}

export async function runDemoUndeploy(flags: ClusterFlags): Promise<number> {
  const timeoutMs = timeoutOf(flags.timeout, patienceMs);
  const { signal } = watchSignals();
  const { progress } = createNotes(flags.quiet ?? false);
  const { api, name } = await reachCluster(flags);
  const removed = await Promise.race([
    remove({
      api,
      objects: kuardManifests(),
      timeoutMs,
      tell: (title, outcome) => outcome === 'removed' && progress(`  removed: ${title}`),
    }),
    untilAborted(signal),
  ]);
  progress(removed === 0 ? `there is no demo on ${name}` : 'nothing of the demo is left');
  return 0;
}

function optionsOf({ kuardImage, visitorImage, pullPolicy }: DemoDeployFlags) {
  const policies = ['Always', 'IfNotPresent', 'Never'] as const;
  const imagePullPolicy = policies.find((policy) => policy === (pullPolicy ?? kuardDefaults.imagePullPolicy));
  if (!imagePullPolicy)
    throw new AppError('usage', { detail: `--pull-policy takes ${policies.join(', ')}, not "${pullPolicy}".` });
  return {
    imagePullPolicy,
    ...(kuardImage !== undefined && { kuardImage }),
    ...(visitorImage !== undefined && { visitorImage }),
  };
}

interface DeploymentObject {
  readonly metadata?: { readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** Deployments that are not ready when the time is up. */
async function untilReady(
  { api }: Cluster,
  objects: readonly KubernetesObject[],
  timeoutMs: number,
  tell: (line: string) => void,
): Promise<readonly string[]> {
  const waiting = new Map(
    objects.filter(({ kind }) => kind === 'Deployment').map((object) => [object.metadata?.name ?? '', object]),
  );
  for (const until = Date.now() + timeoutMs; waiting.size > 0 && Date.now() < until; ) {
    for (const [name, object] of [...waiting]) {
      const { metadata, spec, status } = ((await api.find({ method: 'GET', path: pathOf(object) })) ??
        {}) as DeploymentObject;
      const replicas = spec?.replicas ?? 1;
      const isSeen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1);
      if (!isSeen || (status?.updatedReplicas ?? 0) < replicas || (status?.availableReplicas ?? 0) < replicas) continue;
      waiting.delete(name);
      tell(`${name} is ready`);
    }
    if (waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return [...waiting.keys()];
}
