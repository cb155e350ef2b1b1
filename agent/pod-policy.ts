/** What the agent may not capture, and of which pods: the policy of the installation, annotations, and the agent itself. */
import type { AgentPolicy, CaptureLevel } from '../src/domain/agent-status.ts';
import type { PodIdentity } from '../src/kubernetes/pod-identity.ts';
import { isUntoldPod } from './attribution/workload.ts';
import { podOfCgroup } from './kubernetes/pod-cgroup.ts';
import type { LimitOf } from './policy/guard.ts';
import { captureAnnotation, isOut, limitOf, type PodLimit } from './policy/pod-limits.ts';
import { lower, openPolicy, type Policy } from './policy/policy.ts';
import type { PolicyFile } from './policy/policy-file.ts';

export interface PodPolicy {
  /** The deepest level for all. */
  readonly captureAtMost: CaptureLevel;
  readonly redactFields: readonly string[];
  /** Of each pod, "namespace/name" or as it is called while nobody told of it, and of what is none. */
  readonly limitOf: (...of: Parameters<LimitOf>) => CaptureLevel;
  /** Nothing is kept back of anybody. */
  readonly isOpen: boolean;
  readonly status: () => AgentPolicy | undefined;
  /** Pods, namespaces or the file have changed. */
  update(): void;
}

/** What an API server tells of pods. */
export interface ToldPods {
  pods(): readonly PodIdentity[];
  readonly namespaces: {
    annotation(namespace: string): string | undefined;
    knows(namespace: string): boolean;
    annotations(): Iterable<string>;
  };
  /** Pods and namespaces have been told, and are kept up with. Until they were for the first time nobody knows who wants to be left alone. */
  isSynced(): boolean;
}

export interface PodPolicyOptions {
  readonly file: PolicyFile | undefined;
  /** undefined: there are no pods by an API server. */
  readonly told: ToldPods | undefined;
  /** Pods that are there and that nobody told of, as they are called. */
  readonly untold: () => readonly string[];
  /** The agent's own pod. */
  readonly ownUid: string | undefined;
  /** Monotonic, ms. */
  readonly clock?: () => number;
}

/** Pods in the agent's status. */
const mostTold = 200;
/** A pod that is gone stays as it was this long: its last rows are still on their way, ms. */
const lingerMs = 60_000;

export function createPodPolicy(options: PodPolicyOptions): PodPolicy {
  const { file, told, ownUid, clock = () => performance.now() } = options;
  /** Of each pod that was told of; undefined = as deep as all. */
  let known: ReadonlyMap<string, PodLimit | undefined> = new Map();
  const lastSeen = new Map<string, number>();
  let isKnown = false;
  let isSomebodyOut = false;
  const policy = (): Policy => file?.policy ?? openPolicy;
  /** While nobody has told of a pod nothing is read of what it says, and nothing of it told at all where somebody wants to be left alone altogether: it may be another. */
  const untoldLevel = (): CaptureLevel => {
    const { captureByDefault, excludeNamespaces } = policy();
    return excludeNamespaces.length > 0 || isSomebodyOut ? 'off' : lower('flows', captureByDefault);
  };
  const atMost = (): CaptureLevel => {
    isKnown ||= told?.isSynced() ?? true;
    return isKnown ? policy().captureAtMost : untoldLevel();
  };

  const limitNow = (pod: PodIdentity, { namespaces }: ToldPods): PodLimit | undefined => {
    if (pod.uid === ownUid) return { level: 'off', reason: 'the agent itself' };
    const limit = limitOf(policy(), pod, namespaces.annotation(pod.namespace));
    if (namespaces.knows(pod.namespace)) return limit;
    const level = lower(limit?.level ?? 'bodies', untoldLevel());
    return { level, reason: 'the API server has not told of its namespace yet' };
  };

  const update = (): void => {
    if (!told) return;
    isSomebodyOut =
      told.pods().some(({ annotations }) => isOut(annotations[captureAnnotation])) ||
      [...told.namespaces.annotations()].some(isOut);
    const next = new Map<string, PodLimit | undefined>();
    const now = clock();
    for (const pod of told.pods()) {
      const name = `${pod.namespace}/${pod.name}`;
      next.set(name, limitNow(pod, told));
      lastSeen.set(name, now);
    }
    for (const [name, limit] of known) {
      if (next.has(name)) continue;
      if (now - (lastSeen.get(name) ?? 0) < lingerMs) next.set(name, limit);
      else lastSeen.delete(name);
    }
    known = next;
  };
  update();

  const levelOf = (pod: string | undefined, cgroup: string | undefined): CaptureLevel => {
    if (!told) return 'bodies';
    if (pod !== undefined && known.has(pod)) return known.get(pod)?.level ?? 'bodies';
    const isPod = pod !== undefined && (isUntoldPod(pod) || isPodName(pod));
    return isPod || (cgroup !== undefined && podOfCgroup(cgroup)) ? untoldLevel() : 'bodies';
  };

  const keptBack = (): AgentPolicy['pods'] => {
    const limited = [...known].flatMap(([pod, limit]) => (limit ? [{ pod, ...limit }] : []));
    const level = lower(untoldLevel(), atMost());
    const untold = level === atMost() ? [] : options.untold();
    return [...untold.map((pod) => ({ pod, level, reason: 'the API server has not told of it yet' })), ...limited];
  };

  return {
    get captureAtMost() {
      return atMost();
    },
    get redactFields() {
      return policy().redactFields;
    },
    limitOf: (pod, cgroup) => lower(levelOf(pod, cgroup), atMost()),
    get isOpen() {
      return !told && atMost() === 'bodies';
    },
    status: () =>
      file && {
        source: file.path,
        loaded: file.loaded,
        problem: file.problem,
        captureAtMost: atMost(),
        excludeNamespaces: policy().excludeNamespaces.slice(0, mostTold),
        redactFields: policy().redactFields.slice(0, mostTold),
        pods: keptBack().slice(0, mostTold),
      },
    update,
  };
}

/** Names of namespaces and pods have no other characters (RFC 1123), and processes hardly ever a slash and none of those. */
const isPodName = (name: string): boolean => /^[a-z0-9-]+\/[a-z0-9.-]+$/.test(name);
