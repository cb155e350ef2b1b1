/** What a recording says about its host, learnt as it is played. */
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';
import type {
  RecordedLeftOut,
  RecordedPod,
  RecordedResource,
  RecordedSurvey,
  RecordedWorkload,
  RecordingFact,
} from './recording-format.ts';

export interface RecordingFacts {
  learn(fact: unknown): boolean;
  pathOf(cgroupId: number): string | undefined;
  workloadOf(path: string): RecordedWorkload | undefined;
  /** Name of a process as it was when recorded. */
  nameOf(pid: number, comm: string): string | undefined;
  ownerOf(cookie: number): { readonly pid: number; readonly comm: string } | undefined;
  /** A cgroup of the pod that had the address to itself. */
  cgroupAt(address: string): number | undefined;
  /** The machine itself had it. */
  isOwn(address: string): boolean;
  /** What was read, or left out, until a captured time; each is given once. */
  takeResources(until: number): RecordedResource[];
  takeLeftOut(until: number): RecordedLeftOut[];
  takeSurveys(until: number): RecordedSurvey[];
  takePods(until: number): RecordedPod[];
}

/** Entries of each kind kept; the oldest go first. */
const limit = 65_536;

export function createRecordingFacts(): RecordingFacts {
  const paths = createBounded<number, string>();
  const workloads = createBounded<string, RecordedWorkload>();
  const names = createBounded<string, string>();
  const owners = createBounded<number, { pid: number; comm: string }>();
  const addresses = createBounded<string, number>();
  const own = createBounded<string, true>();
  const resources: RecordedResource[] = [];
  const leftOut: RecordedLeftOut[] = [];
  const surveys: RecordedSurvey[] = [];
  const pods: RecordedPod[] = [];
  return {
    /** False for what is no fact. */
    learn(value) {
      const fact = value as RecordingFact | null;
      if (fact?.kind === 'cgroup' && isNumber(fact.id) && isText(fact.path)) paths.set(fact.id, fact.path);
      else if (fact?.kind === 'workload' && isWorkload(fact)) {
        workloads.set(fact.path, {
          path: fact.path,
          namespace: fact.namespace,
          pod: fact.pod,
          container: fact.container,
        });
      } else if (fact?.kind === 'process' && isNumber(fact.pid) && isText(fact.comm) && isText(fact.name)) {
        names.set(`${fact.pid} ${fact.comm}`, fact.name);
      } else if (fact?.kind === 'owner' && isNumber(fact.cookie) && isNumber(fact.pid) && isText(fact.comm)) {
        owners.set(fact.cookie, { pid: fact.pid, comm: fact.comm });
      } else if (fact?.kind === 'address' && isText(fact.address) && isNumber(fact.cgroupId)) {
        addresses.set(fact.address, fact.cgroupId);
      } else if (fact?.kind === 'own-address' && isText(fact.address)) {
        own.set(fact.address, true);
      } else if (fact?.kind === 'resource' && isResource(fact)) {
        put(resources, { time: fact.time, table: fact.table, cgroup: fact.cgroup, values: fact.values });
      } else if (fact?.kind === 'left-out' && [fact.time, fact.cgroupId, fact.messages].every(isNumber)) {
        put(leftOut, { time: fact.time, cgroupId: fact.cgroupId, messages: fact.messages });
      } else if (fact?.kind === 'survey' && isSurvey(fact)) {
        put(surveys, { time: fact.time, cgroups: fact.cgroups, sockets: fact.sockets });
      } else if (fact?.kind === 'pod' && isPod(fact)) {
        const { kind: _, ...pod } = fact;
        put(pods, pod);
      } else return false;
      return true;
    },
    pathOf: (cgroupId) => paths.get(cgroupId),
    workloadOf: (path) => workloads.get(path),
    nameOf: (pid, comm) => names.get(`${pid} ${comm}`),
    ownerOf: (cookie) => owners.get(cookie),
    cgroupAt: (address) => addresses.get(address),
    isOwn: (address) => own.get(address) === true,
    takeResources: (until) => take(resources, until),
    takeLeftOut: (until) => take(leftOut, until),
    takeSurveys: (until) => take(surveys, until),
    takePods: (until) => take(pods, until),
  };
}

/** Nobody may take them. */
function put<T>(queue: T[], item: T): void {
  if (queue.length < limit) queue.push(item);
}

/** Facts come in the order in which they were found out. */
function take<T extends { readonly time: number }>(queue: T[], until: number): T[] {
  if (queue.length === 0) return [];
  const end = queue.findIndex(({ time }) => time > until);
  return queue.splice(0, end < 0 ? queue.length : end);
}

function isResource({ time, table, cgroup, values }: RecordedResource): boolean {
  if (!isNumber(time) || !isText(table) || !isText(cgroup) || typeof values !== 'object' || values === null)
    return false;
  const cells = Object.values(values);
  return cells.length <= 64 && cells.every((value) => value === null || isNumber(value) || isText(value));
}

function isWorkload({ path, namespace, pod, container }: RecordedWorkload): boolean {
  return [path, namespace, pod].every(isText) && (container === null || isText(container));
}

function isPod({ time, uid, namespace, pod, owner, labels, phase, hostNetwork }: RecordedPod): boolean {
  if (!isNumber(time) || typeof hostNetwork !== 'boolean' || !Array.isArray(labels) || labels.length > 64) return false;
  const texts = [uid, namespace, pod, owner ?? '', phase ?? ''];
  return texts.every(isText) && labels.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText));
}

function isSurvey({ time, cgroups, sockets }: RecordedSurvey): boolean {
  if (!isNumber(time) || !Array.isArray(cgroups) || !Array.isArray(sockets)) return false;
  return Math.max(cgroups.length, sockets.length) <= limit && cgroups.every(isNumber) && sockets.every(isText);
}

function createBounded<K, V>() {
  const map = new Map<K, V>();
  const oldestEntry = oldestEntryOf(map);
  return {
    get: (key: K) => map.get(key),
    set(key: K, value: V) {
      map.set(key, value);
      const oldest = map.size > limit ? oldestEntry() : undefined;
      if (oldest) map.delete(oldest[0]);
    },
  };
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 4096;
