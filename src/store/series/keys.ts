/** What summaries are about, each thing once: cells name it by a small number. */

import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import type { Names } from './names.ts';

/** When each side of a call was heard of; shared by the keys of both sides. Unix ms. */
export interface Pair {
  clientFirst: number;
  clientLast: number;
  serverFirst: number;
  serverLast: number;
}

/** One thing that figures are about. What does not apply is empty. */
export interface Subject {
  readonly role: 'client' | 'server' | null;
  /** '' = not recognised. */
  readonly protocol: string;
  readonly source: string;
  readonly sourceNamespace: string | null;
  /** Who was asked; of a pod's or a container's figures the pod itself. */
  readonly destination: string;
  readonly destinationNamespace: string | null;
  readonly port: number;
  readonly transport: string;
  readonly method: string;
  readonly route: string;
  readonly node: string;
  /** Whether the callee is known to run on a watched host. */
  readonly isProcess: boolean;
  /** Whose two sides are one: what stands before the names of the two ends. */
  readonly pairing: string;
}

/** The two ends of a subject by their best names. */
export interface Ends {
  readonly source: string;
  readonly sourceNamespace: string | null;
  readonly destination: string;
  readonly destinationNamespace: string | null;
  /** Workloads of the two. */
  readonly sourceService: string;
  readonly destinationService: string;
  /** Workloads and port: what the requests and the connections of an edge have in common. */
  readonly line: string;
}

export interface Key {
  readonly id: number;
  /** Who told of it first. */
  readonly agent: number;
  readonly subject: Subject;
  ends: Ends;
  pair: Pair;
  /** The same of all calls from the source to the callee's workload: who calls a Service does not know which of its pods answers. */
  through: Pair;
  /** The caller's side of a call to a Service: its callee is a workload. */
  isThrough: boolean;
  /** When it was heard of first and last, Unix ms. */
  first: number;
  last: number;
  /** Of connections: how they stand now, as `lasts` of a cell (kinds.ts). */
  now: Float64Array | undefined;
  /** Of connections: something happened in this stretch of time of which nobody here was told, Unix ms; the newest such stretch. */
  untold: { readonly from: number; readonly to: number } | undefined;
}

export interface KeyBook {
  /** The key with this text, made where it is new; undefined when there is no room for more, or the agent has its share. */
  take(text: string, agent: number, subject: () => Subject): Key | undefined;
  get(id: number): Key | undefined;
  all(): Iterable<Key>;
  /** Lets go of keys that are not among these. */
  keep(ids: ReadonlySet<number>): void;
  /** Names have become known, or whose pods are: looks all ends up again. */
  rename(): void;
  readonly isFull: boolean;
  /** Rises whenever names of ends change. */
  readonly renamed: number;
}

/** Where there are several agents, each has so much of the room at most: one that makes names up must leave some to the others. */
const shareOfAgent = 0.25;

export function createKeyBook(limit: number, names: Names, pods: PodFacts): KeyBook {
  const byText = new Map<string, Key>();
  const byId: (Key | undefined)[] = [];
  const free: number[] = [];
  /** Keys by who told of them first. */
  const told = new Map<number, number>();
  const pairs = new Map<string, Pair>();
  const throughs = new Map<string, Pair>();
  let renamed = 0;

  const pairIn = (known: Map<string, Pair>, { pairing }: Subject, source: string, destination: string): Pair => {
    const text = `${pairing}\n${source}\n${destination}`;
    let pair = known.get(text);
    if (!pair) {
      pair = newPair();
      known.set(text, pair);
    }
    return pair;
  };
  const settle = (key: Key) => {
    const { subject } = key;
    key.ends = endsOf(subject, names, pods);
    const { source, destination, destinationNamespace, destinationService } = key.ends;
    key.pair = pairIn(pairs, subject, source, destination);
    key.through = pairIn(throughs, subject, source, destinationService);
    key.isThrough = subject.role === 'client' && destinationNamespace !== null && destination === destinationService;
  };
  const rename = () => {
    renamed += 1;
    pairs.clear();
    throughs.clear();
    for (const key of byText.values()) {
      settle(key);
      if (key.last >= key.first) notePairs(key, key.first, key.last);
    }
  };

  return {
    take(text, agent, subject) {
      const known = byText.get(text);
      if (known) return known;
      if (byText.size >= limit) return undefined;
      const own = told.get(agent) ?? 0;
      told.set(agent, own);
      if (told.size > 1 && own >= limit * shareOfAgent) return undefined;
      told.set(agent, own + 1);
      const id = free.pop() ?? byId.length;
      const made = subject();
      const key: Key = {
        id,
        agent,
        subject: made,
        ends: noEnds,
        pair: newPair(),
        through: newPair(),
        isThrough: false,
        first: Number.POSITIVE_INFINITY,
        last: Number.NEGATIVE_INFINITY,
        now: undefined,
        untold: undefined,
      };
      settle(key);
      byText.set(text, key);
      byId[id] = key;
      return key;
    },
    get: (id) => byId[id],
    all: () => byText.values(),
    keep(ids) {
      for (const [text, { id, agent }] of byText) {
        if (ids.has(id)) continue;
        told.set(agent, (told.get(agent) ?? 1) - 1);
        byText.delete(text);
        byId[id] = undefined;
        free.push(id);
      }
      rename();
    },
    rename,
    get isFull() {
      return byText.size >= limit;
    },
    get renamed() {
      return renamed;
    },
  };
}

function newPair(): Pair {
  const never = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };
  return { clientFirst: never.first, clientLast: never.last, serverFirst: never.first, serverLast: never.last };
}

function endsOf(subject: Subject, names: Names, pods: PodFacts): Ends {
  const source = subject.sourceNamespace === null ? names.resolve(subject.source) : undefined;
  const destination = subject.destinationNamespace === null ? names.resolve(subject.destination) : undefined;
  const ends = {
    source: source?.pod ?? subject.source,
    sourceNamespace: source ? source.namespace : subject.sourceNamespace,
    destination: destination?.pod ?? subject.destination,
    destinationNamespace: destination ? destination.namespace : subject.destinationNamespace,
  };
  const sourceService = serviceOf(ends.source, ends.sourceNamespace, pods);
  const destinationService = serviceOf(ends.destination, ends.destinationNamespace, pods);
  return { ...ends, sourceService, destinationService, line: `${sourceService} ${destinationService} ${subject.port}` };
}

const noEnds: Ends = {
  source: '',
  sourceNamespace: null,
  destination: '',
  destinationNamespace: null,
  sourceService: '',
  destinationService: '',
  line: '',
};

/** "shop/api" of the pod "shop/api-7d9f8b5c6-x2k4l"; what is no pod is its own service. */
function serviceOf(entity: string, namespace: string | null, pods: PodFacts): string {
  return namespace === null ? entity : pods.workloadOf(entity);
}

/** Notes that a key was heard of. */
export function noteKey(key: Key, time: number): void {
  if (time < key.first) key.first = time;
  if (time > key.last) key.last = time;
  notePairs(key, time, time);
}

function notePairs({ pair, through, isThrough, subject: { role } }: Key, first: number, last: number): void {
  notePair(pair, role, first, last);
  if (role === 'server' || isThrough) notePair(through, role, first, last);
}

function notePair(pair: Pair, role: Subject['role'], first: number, last: number): void {
  if (role === 'server') {
    if (first < pair.serverFirst) pair.serverFirst = first;
    if (last > pair.serverLast) pair.serverLast = last;
  } else {
    if (first < pair.clientFirst) pair.clientFirst = first;
    if (last > pair.clientLast) pair.clientLast = last;
  }
}

/** The two sides of a call are heard of within this of each other, ms. */
const patienceMs = 10_000;

/** The side of a call that counts in a stretch of time: the one preferred where it was watched, else the other. */
export function countedSide(pair: Pair, preferred: 'client' | 'server', from: number, to: number): 'client' | 'server' {
  const other = preferred === 'server' ? 'client' : 'server';
  if (wasWatched(pair, preferred, from, to)) return preferred;
  return wasWatched(pair, other, from, to) ? other : preferred;
}

/** Whether the key is of the side of its calls that counts. */
export function isCounted(
  { subject, pair, through, isThrough }: Key,
  preferred: 'client' | 'server',
  from: number,
  to: number,
): boolean {
  // A caller of a Service saw all its calls to the workload, each pod of it some of them: the caller's side counts. Of what nobody in particular
  // called (endpoints), the callees know more than any caller.
  if (subject.source === '') {
    if (isThrough) return !wasWatched(through, 'server', from, to);
  } else if (wasWatched(through, 'client', from, to)) return subject.role !== 'server';
  return countedSide(pair, preferred, from, to) === (subject.role ?? 'client');
}

function wasWatched(pair: Pair, side: 'client' | 'server', from: number, to: number): boolean {
  const [first, last, otherLast] =
    side === 'server'
      ? [pair.serverFirst, pair.serverLast, pair.clientLast]
      : [pair.clientFirst, pair.clientLast, pair.serverLast];
  if (last < from - patienceMs || first >= to + patienceMs) return false;
  // It fell silent while the other one goes on: its agent is gone.
  return !(otherLast > last + patienceMs && last < to - patienceMs);
}
