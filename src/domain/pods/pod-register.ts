/** Keeps what is told of pods, by watches and by agents. Bounded; what pods have in common is kept once. */
import type { HeaderList, Row } from '../column.ts';
import { oldestEntryOf } from '../oldest-entry.ts';
import { workloadOf as workloadByName } from '../workload.ts';
import { bounded, chosenLabels, sameLabels } from './labels.ts';
import type { Facts, PodFacts } from './pod-facts.ts';

export interface PodRegister extends PodFacts {
  put(pod: PodTold): void;
  /**
   * A row of `pod_info`. A pod runs on one node: where two agents tell different things of one, neither is believed, and its name says what there is to say. So an
   * agent that makes things up spoils no more than what it names.
   */
  putRow(row: Row, agent?: string): void;
  /** Pods of which two agents told different things. */
  readonly disputed: number;
  /** There is something of this name that is no pod, though its name may look like one's, e.g. a Service. */
  putName(entity: string): void;
}

export interface PodTold {
  /** "namespace/name". */
  readonly pod: string;
  /** "Deployment/api"; null of a pod that nobody controls. */
  readonly owner: string | null;
  readonly labels: HeaderList;
  /** When that was so, Unix ms: what was told of later stands. */
  readonly time: number;
  /** The agent that said so; undefined = somebody who knows all pods. */
  readonly agent?: string | undefined;
}

export interface PodRegisterLimits {
  readonly pods: number;
  /** Workloads, and other things with a name. */
  readonly names: number;
}

/** A cluster has 150,000 pods at most (kubernetes.io, "Considerations for large clusters"); those told of longest ago go first. */
const defaults: PodRegisterLimits = { pods: 150_000, names: 50_000 };
/** An owner's kind has 63 characters at most, its name 253. */
const mostOwner = 317;

/** Of all pods of a workload that have the same labels. */
interface Shared extends Facts {
  readonly workload: string;
}

interface Entry {
  readonly facts: Shared;
  readonly time: number;
  readonly agent: string | undefined;
}

export function createPodRegister(limits: Partial<PodRegisterLimits> = {}): PodRegister {
  const { pods: mostPods, names: mostNames } = { ...defaults, ...limits };
  const pods = createBounded<Entry>(mostPods);
  /** Workloads with what their newest pod says of them all, and names of things that are none. */
  const names = createBounded<Shared | undefined>(mostNames);
  /** The last of each workload. */
  const shapes = createBounded<Shared>(mostNames);
  /** Workloads as they were told to whoever asked. */
  let answers = new Map<string, string>();
  let version = 0;
  let changes = 0;
  const disputed = createBounded<true>(mostNames);
  let disputes = 0;

  const isDisputed = ({ owner, labels, agent }: PodTold, before: Entry): boolean =>
    agent !== undefined &&
    before.agent !== undefined &&
    before.agent !== agent &&
    !(before.facts.owner === owner && sameLabels(before.facts.labels, labels));

  function dispute(pod: string): void {
    disputed.set(pod, true);
    disputes += 1;
    changes += 1;
    pods.delete(pod);
    settle(pod);
  }

  const find = (entity: string): string =>
    pods.get(entity)?.facts.workload ?? (names.has(entity) ? entity : workloadByName(entity));

  /** Whoever was told otherwise has to ask again. */
  const settle = (entity: string): void => {
    const before = answers.get(entity);
    if (before === undefined) return;
    const now = find(entity);
    if (now === before) return;
    answers.set(entity, now);
    version += 1;
  };

  function sharedOf({ pod, owner, labels }: PodTold, before: Shared | undefined): Shared {
    if (before && before.owner === owner && sameLabels(before.labels, labels)) return before;
    const workload = workloadOf(pod, owner);
    const last = shapes.get(workload);
    if (last && last.owner === owner && sameLabels(last.labels, labels)) return last;
    const shared = { workload, owner, labels };
    shapes.set(workload, shared);
    return shared;
  }

  function putName(entity: string, facts?: Shared): void {
    const isNew = !names.has(entity);
    names.set(entity, facts ?? names.get(entity));
    if (isNew) settle(entity);
  }

  const register: PodRegister = {
    put(told) {
      const { pod, time } = told;
      if (pod.indexOf('/') <= 0) return;
      const { agent } = told;
      if (agent !== undefined && disputed.has(pod)) return;
      const before = pods.get(pod);
      // The API server's word stands before an agent's.
      if (before && before.agent === undefined && agent !== undefined) return;
      const owner = told.owner?.slice(0, mostOwner) ?? null;
      const said = { ...told, owner, labels: bounded(told.labels) };
      if (before && isDisputed(said, before)) {
        dispute(pod);
        return;
      }
      const isFromAgent = before?.agent !== undefined && agent === undefined;
      if (before && before.time > time && !isFromAgent) return;
      const facts = sharedOf(said, before?.facts);
      pods.set(pod, { facts, time, agent });
      if (before?.facts === facts) return;
      changes += 1;
      settle(pod);
      const { workload, labels } = facts;
      if (workload !== pod) putName(workload, { workload, owner, labels: chosenLabels(labels) });
    },
    putRow({ pod, owner, labels, time_: time }, agent) {
      if (typeof pod !== 'string' || typeof time !== 'bigint') return;
      register.put({
        pod,
        owner: typeof owner === 'string' && owner !== '' ? owner : null,
        labels: Array.isArray(labels) ? (labels as HeaderList) : [],
        time: Number(time / 1_000_000n),
        agent,
      });
    },
    putName(entity) {
      if (workloadByName(entity) !== entity) putName(entity);
    },
    workloadOf(entity) {
      const known = answers.get(entity);
      if (known !== undefined) return known;
      if (entity.indexOf('/') <= 0) return entity;
      if (answers.size >= mostPods) {
        // Whoever still needs them asks again.
        answers = new Map();
        version += 1;
      }
      const found = find(entity);
      answers.set(entity, found);
      return found;
    },
    factsOf: (entity) => pods.get(entity)?.facts ?? names.get(entity),
    knows: (pod) => pods.has(pod),
    *all() {
      const seen = new Set<Facts>();
      for (const { facts } of pods.values()) seen.add(facts);
      yield* seen;
    },
    get version() {
      return version;
    },
    get changes() {
      return changes;
    },
    get disputed() {
      return disputes;
    },
  };
  return register;
}

/** `shop/api` of a pod of `Deployment/api`; what nobody controls, and a static pod, which is its node's, stands for itself. */
function workloadOf(pod: string, owner: string | null): string {
  if (owner === null) return pod;
  const slash = owner.indexOf('/');
  const name = owner.slice(slash + 1);
  if (name === '' || owner.slice(0, slash) === 'Node') return pod;
  return pod.slice(0, pod.indexOf('/') + 1) + name;
}

/** The entries put last. */
function createBounded<T>(limit: number) {
  const map = new Map<string, T>();
  const oldestEntry = oldestEntryOf(map);
  return {
    get: (key: string) => map.get(key),
    has: (key: string) => map.has(key),
    set(key: string, value: T) {
      map.delete(key);
      map.set(key, value);
      const oldest = map.size > limit ? oldestEntry() : undefined;
      if (oldest) map.delete(oldest[0]);
    },
    delete: (key: string) => void map.delete(key),
    values: () => map.values(),
  };
}
