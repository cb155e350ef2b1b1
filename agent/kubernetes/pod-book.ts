/** Pods of this node by the UIDs that cgroups have; those that are gone are known a while longer, as rows of them still come. */

import { identityOf, type PodIdentity, type PodObject } from '../../src/kubernetes/pod-identity.ts';
import { createLruMap } from '../attribution/lru-map.ts';
import { untoldPod, type Workload, type WorkloadResolver } from '../attribution/workload.ts';
import { podOfCgroup } from './pod-cgroup.ts';

export interface PodBook {
  /** A pod is there, or has changed. */
  put(pod: PodObject): void;
  /** It was deleted; how it was at its end where that was told. */
  remove(uid: string, pod?: PodObject): void;
  list(): readonly PodIdentity[];
  /** Pods of which something was told since the last time, those that are gone by now included. */
  takeTold(): readonly PodIdentity[];
  /** Names what runs in the cgroups of pods. Of one that the API server did not tell of yet it says so, for now. */
  readonly resolver: WorkloadResolver;
}

/** Pods that are gone. A node has some hundred at a time. */
const remembered = 4096;

const nobody: readonly PodIdentity[] = [];

/** @param onChange a pod came, changed or went */
export function createPodBook(onChange: () => void = () => {}): PodBook {
  let told = new Map<string, PodIdentity>();
  const present = new Map<string, PodIdentity>();
  const gone = createLruMap<string, PodIdentity>(remembered);
  /** Static pods: the UID of the API server's mirror to that of the cgroup. */
  const byApi = createLruMap<string, string>(remembered);

  function put(pod: PodObject): PodIdentity | undefined {
    const identity = identityOf(pod);
    if (identity === undefined) return undefined;
    const before = present.get(identity.uid);
    const apiUid = pod.metadata?.uid ?? '';
    if (apiUid !== identity.uid) byApi.set(apiUid, identity.uid);
    // A container that was started anew is no longer in the status but may still be heard of.
    const containers = before ? new Map([...before.containers, ...identity.containers]) : identity.containers;
    present.set(identity.uid, { ...identity, containers });
    if (told.size < remembered) told.set(identity.uid, identity);
    return identity;
  }

  function forget(uid: string): void {
    const identity = present.get(uid);
    if (identity === undefined) return;
    present.delete(uid);
    gone.set(uid, identity);
  }

  const find = (uid: string): PodIdentity | undefined => present.get(uid) ?? gone.get(uid);

  return {
    put(pod) {
      put(pod);
      onChange();
    },
    remove(uid, pod) {
      const identity = pod && put(pod);
      forget(identity?.uid ?? byApi.get(uid) ?? uid);
      onChange();
    },
    list: () => [...present.values()],
    takeTold() {
      if (told.size === 0) return nobody;
      const taken = [...told.values()];
      told = new Map();
      return taken;
    },
    resolver(path) {
      const cgroup = podOfCgroup(path);
      if (cgroup === undefined) return undefined;
      const { podUid, containerId } = cgroup;
      const pod = find(podUid);
      if (pod === undefined) return unnamed(podUid);
      const container = containerId === null ? null : pod.containers.get(containerId);
      const supposed = container === undefined ? awaitedOf(pod) : undefined;
      return {
        namespace: pod.namespace,
        pod: `${pod.namespace}/${pod.name}`,
        container: container ?? null,
        unit: null,
        // Its status tells of a container some time after it began to run.
        ...(container === undefined && { isProvisional: true }),
        ...(supposed !== undefined && { supposed }),
      };
    },
  };
}

/** The one container whose status told nothing yet; undefined where there are several. What else is in the pod's cgroup, its sandbox, is silent. */
function awaitedOf({ declared, containers }: PodIdentity): string | undefined {
  const told = new Set(containers.values());
  const awaited = declared.filter((name) => !told.has(name));
  return awaited.length === 1 ? awaited[0] : undefined;
}

function unnamed(podUid: string): Workload {
  return { namespace: null, pod: null, container: null, unit: untoldPod(podUid), isProvisional: true };
}
