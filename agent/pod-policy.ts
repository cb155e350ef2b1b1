/** What the agent may not capture, and of which pods: the policy of the installation, annotations, and the agent itself. */
import type { AgentPolicy, CaptureLevel } from '../src/domain/agent-status.ts';
import type { PodIdentity } from '../src/kubernetes/pod-identity.ts';
import type { LimitOf } from './policy/guard.ts';
import { limitOf, type PodLimit } from './policy/pod-limits.ts';
import { lower, openPolicy, type Policy } from './policy/policy.ts';
import type { PolicyFile } from './policy/policy-file.ts';

export interface PodPolicy {
  /** The deepest level for all. */
  readonly captureAtMost: CaptureLevel;
  readonly redactFields: readonly string[];
  /** Of each pod, "namespace/name", and of what is none. */
  readonly limitOf: LimitOf;
  /** Nothing is kept back of anybody. */
  readonly isOpen: boolean;
  /** Those that are, by name. */
  readonly limits: ReadonlyMap<string, PodLimit>;
  readonly status: () => AgentPolicy | undefined;
  /** Pods, namespaces or the file have changed. */
  update(): void;
}

export interface PodPolicyOptions {
  readonly file: PolicyFile | undefined;
  readonly pods: () => readonly PodIdentity[];
  readonly namespaceAnnotation: (namespace: string) => string | undefined;
  /** Pods and namespaces have been told, and are kept up with. Until they were for the first time nobody knows who wants to be left alone. */
  readonly isSynced: () => boolean;
  /** The agent's own pod. */
  readonly ownUid: string | undefined;
}

/** Pods in the agent's status. */
const mostTold = 200;
/** A pod that is gone stays limited this long: its last rows are still on their way, ms. */
const lingerMs = 60_000;

export function createPodPolicy(options: PodPolicyOptions): PodPolicy {
  const { file, ownUid } = options;
  let limits: ReadonlyMap<string, PodLimit> = new Map();
  const lastSeen = new Map<string, number>();
  let isKnown = false;
  const policy = (): Policy => file?.policy ?? openPolicy;
  /** Until pods are known nothing is read of what they say, and nothing at all where some are left out by name. */
  const atMost = (): CaptureLevel => {
    const { captureAtMost, captureByDefault, excludeNamespaces } = policy();
    isKnown ||= options.isSynced();
    if (isKnown) return captureAtMost;
    return excludeNamespaces.length > 0 ? 'off' : lower('flows', captureByDefault);
  };

  const update = (): void => {
    const next = new Map<string, PodLimit>();
    const now = performance.now();
    for (const pod of options.pods()) {
      const limit =
        pod.uid === ownUid
          ? { level: 'off' as const, reason: 'the agent itself' }
          : limitOf(policy(), pod, options.namespaceAnnotation(pod.namespace));
      if (!limit) continue;
      const name = `${pod.namespace}/${pod.name}`;
      next.set(name, limit);
      lastSeen.set(name, now);
    }
    const present = new Set(options.pods().map(({ namespace, name }) => `${namespace}/${name}`));
    for (const [name, limit] of limits) {
      if (next.has(name) || present.has(name)) continue;
      if (now - (lastSeen.get(name) ?? 0) < lingerMs) next.set(name, limit);
      else lastSeen.delete(name);
    }
    limits = next;
  };
  update();

  return {
    get captureAtMost() {
      return atMost();
    },
    get redactFields() {
      return policy().redactFields;
    },
    limitOf(pod) {
      const level = pod === undefined ? undefined : limits.get(pod)?.level;
      return lower(level ?? 'bodies', atMost());
    },
    get isOpen() {
      return limits.size === 0 && atMost() === 'bodies';
    },
    get limits() {
      return limits;
    },
    status: () =>
      file && {
        source: file.path,
        loaded: file.loaded,
        problem: file.problem,
        captureAtMost: atMost(),
        excludeNamespaces: policy().excludeNamespaces.slice(0, mostTold),
        redactFields: policy().redactFields.slice(0, mostTold),
        pods: [...limits].slice(0, mostTold).map(([pod, { level, reason }]) => ({ pod, level, reason })),
      },
    update,
  };
}
