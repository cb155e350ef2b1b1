/** Rows of `conn_stats` into cells: their totals rise, so what a second holds is what they rose by. */
import type { Row, Value } from '../../domain/column.ts';
import { secondMs } from './history.ts';
import { type Key, noteKey, type Subject } from './keys.ts';
import { connLasts, connSums, type Kinds } from './kinds.ts';
import { count, mostNameLength, name, type Taken, text } from './request-rows.ts';

/** The last word on each id of each agent. */
export interface ConnBook {
  take(kinds: Kinds, agent: number, time: number, row: Row): Taken;
  /** The agent is gone: nobody knows what it had open. */
  forget(agent: number): void;
  /** Keys were let go of: so is what belongs to them. */
  dropUnused(kinds: Kinds): void;
}

interface Entry {
  readonly key: Key;
  time: bigint;
  firstSeen: bigint;
  totals: Float64Array;
  active: number;
}

interface Open {
  active: number;
  sent: number;
  received: number;
}

const mostIds = 100_000;
/** Where there are several agents. */
const mostIdsOfAgent = 25_000;
/** Told of first so soon after it began, all of it happened just now, ns. */
const newNs = 2_500_000_000n;
/** First words so near to each other are of one beginning, ms. */
const sameGapMs = 5_000;
/** Seconds over which a total that was told once is spread. */
const mostShares = 16;
const columns = [
  'conn_open',
  'conn_close',
  'conn_failed',
  'refused',
  'timed_out',
  'unreachable',
  'aborted',
  'resets',
  'bytes_sent',
  'bytes_recv',
  'retransmits',
  'turns',
] as const;

export function createConnBook(): ConnBook {
  /** By agent and id. */
  const agents = new Map<number, Map<string, Entry>>();
  /** What all ids of a key have together. */
  const open = new Map<Key, Open>();
  /** When each agent was heard of first, or last before it was out of reach, ns of its clock: what it saw first after that is new. */
  const begins = new Map<number, bigint>();
  let ids = 0;
  const sums = new Float64Array(Object.keys(connSums).length);
  const lasts = new Float64Array(Object.keys(connLasts).length);
  const unknown = lasts.map(() => Number.NaN);

  const openOf = (key: Key): Open => {
    let found = open.get(key);
    if (!found) {
      found = { active: 0, sent: 0, received: 0 };
      open.set(key, found);
    }
    return found;
  };

  return {
    take(kinds, agent, time, row) {
      const id = text(row.id);
      const at = row.time_ as bigint;
      const firstSeen = typeof row.first_seen === 'bigint' ? row.first_seen : at;
      const begin = begins.get(agent);
      if (begin === undefined) begins.set(agent, at);
      let entries = agents.get(agent);
      if (!entries) {
        entries = new Map();
        agents.set(agent, entries);
      }
      if (id.length + text(row.source).length + text(row.destination).length > mostNameLength) return 'nonsense';
      const totals = totalsOf(row);
      let entry = entries.get(id);
      if (entry && entry.firstSeen === firstSeen && at < entry.time) return 'taken';
      let isNew = false;
      if (!entry || entry.firstSeen !== firstSeen) {
        if (!entry && (ids >= mostIds || (agents.size > 1 && entries.size >= mostIdsOfAgent))) return 'no-room';
        const key = entry?.key ?? kinds.conns.keys.take(keyText(row), agent, () => subjectOf(row));
        if (!key) return 'no-room';
        if (!entry) ids += 1;
        else openOf(key).active -= entry.active;
        // What was there before anybody listened happened at times nobody knows.
        isNew = at - firstSeen <= newNs || (begin !== undefined && firstSeen >= begin) || entry !== undefined;
        entry = { key, time: at, firstSeen, totals: isNew ? new Float64Array(totals.length) : totals, active: 0 };
        entries.set(id, entry);
        if (!isNew) {
          noteUntold(key, firstSeen, time);
          openOf(key).sent += count(row.bytes_sent);
          openOf(key).received += count(row.bytes_recv);
        }
      } else if (isKnownBetter(entry.key.subject, row)) {
        // Its protocol was recognised meanwhile, or who its ends are: it goes on under another key.
        const key = kinds.conns.keys.take(keyText(row), agent, () => subjectOf(row));
        if (key) {
          openOf(entry.key).active -= entry.active;
          if (entry.key.now) entry.key.now[connLasts.active] = openOf(entry.key).active;
          entry = { ...entry, key, active: 0 };
          entries.set(id, entry);
        }
      }
      const { key } = entry;
      const together = openOf(key);
      for (let i = 0; i < totals.length; i += 1) sums[i] = Math.max(0, (totals[i] ?? 0) - (entry.totals[i] ?? 0));
      together.active += count(row.conn_active) - entry.active;
      together.sent += sums[connSums.sent] ?? 0;
      together.received += sums[connSums.received] ?? 0;
      entry.time = at;
      entry.totals = totals;
      entry.active = count(row.conn_active);
      lasts[connLasts.active] = together.active;
      lasts[connLasts.rtt] = known(row.rtt);
      lasts[connLasts.handshake] = known(row.handshake);
      lasts[connLasts.sent] = together.sent;
      lasts[connLasts.received] = together.received;
      key.now ??= new Float64Array(lasts.length);
      key.now.set(lasts);
      noteKey(key, time);
      learnNames(kinds, row, time);
      const { history } = kinds.conns;
      if (isNew)
        spread(sums, secondsFrom(firstSeen, time), (at, share) => void history.put(agent, at, key.id, share, unknown));
      return history.put(agent, time, key.id, sums, lasts) ? 'taken' : 'too-much';
    },
    forget(agent) {
      let newest = begins.get(agent);
      for (const { key, active, time } of agents.get(agent)?.values() ?? []) {
        if (newest === undefined || time > newest) newest = time;
        const together = openOf(key);
        together.active -= active;
        if (key.now) key.now[connLasts.active] = together.active;
      }
      ids -= agents.get(agent)?.size ?? 0;
      agents.delete(agent);
      if (newest !== undefined) begins.set(agent, newest);
    },
    dropUnused({ conns: { keys } }) {
      for (const entries of agents.values()) {
        for (const [id, { key }] of entries) {
          if (keys.get(key.id) === key) continue;
          entries.delete(id);
          ids -= 1;
        }
      }
      for (const key of open.keys()) if (keys.get(key.id) !== key) open.delete(key);
    },
  };
}

/**
 * What the total held when it was told of first happened at times nobody knows: since it was seen first, or since it was told of last
 * before its agent was out of reach. Of what follows the first word everything is known.
 */
function noteUntold(key: Key, firstSeen: bigint, time: number): void {
  const seen = Math.floor(Number(firstSeen / 1_000_000n) / secondMs) * secondMs;
  const { untold } = key;
  // Several processes of a pod are one key.
  const isSame = untold !== undefined && Math.abs(untold.to - time) <= sameGapMs;
  const from = isSame ? Math.min(untold.from, seen) : Math.max(key.last, seen);
  key.untold = { from, to: Math.max(isSame ? untold.to : 0, time + secondMs) };
}

/** Seconds from the one it was first seen in to the one it is told of, itself left out: at most `mostShares` of them. Unix ms. */
function secondsFrom(firstSeen: bigint, time: number): readonly number[] {
  const begin = Math.floor(Number(firstSeen / 1_000_000n) / 1_000);
  const seconds = time / 1_000 - begin;
  const shares = Math.min(mostShares, seconds);
  return Array.from({ length: Math.max(0, shares) }, (_, i) => (begin + Math.floor((i * seconds) / shares)) * 1_000);
}

/**
 * What one total says of a stretch of time: nobody told when, so it counts evenly. A terminal that comes later must not take the bytes of an
 * hour for those of the second in which it hears of them. Leaves in `sums` what belongs to the last second; whole numbers stay whole.
 */
function spread(sums: Float64Array, times: readonly number[], put: (time: number, share: Float64Array) => void): void {
  const whole = sums.slice();
  const upTo = (sum: number, part: number) => Math.floor((sum * part) / (times.length + 1));
  times.forEach((time, i) => {
    put(
      time,
      whole.map((sum) => upTo(sum, i + 1) - upTo(sum, i)),
    );
  });
  for (let at = 0; at < sums.length; at += 1) sums[at] = (whole[at] ?? 0) - upTo(whole[at] ?? 0, times.length);
}

function totalsOf(row: Row): Float64Array {
  const totals = new Float64Array(columns.length + 1);
  for (let at = 0; at < columns.length; at += 1) totals[at] = count(row[columns[at] as string]);
  totals[connSums.turnTime] = count(row.turn_latency) * count(row.turns);
  return totals;
}

function keyText(row: Row): string {
  return `${row.trace_role}\n${row.protocol ?? ''}\n${row.transport}\n${row.source}\n${row.destination}\n${row.port}`;
}

function isKnownBetter({ protocol, source, destination }: Subject, row: Row): boolean {
  if (protocol === '' && text(row.protocol) !== '') return true;
  return source !== text(row.source) || destination !== text(row.destination);
}

function subjectOf(row: Row): Subject {
  const isServer = row.trace_role === 'server';
  const local = row.pod === null ? null : name(row.namespace);
  const remote = namespaceOfPod(row.remote_pod) ?? namespaceOfEntity(isServer ? row.source : row.destination, row);
  const transport = text(row.transport);
  const port = count(row.port);
  const callee = isServer ? row.process : row.remote_process;
  return {
    role: isServer ? 'server' : row.trace_role === 'client' ? 'client' : null,
    protocol: text(row.protocol),
    source: text(row.source),
    sourceNamespace: isServer ? remote : local,
    destination: text(row.destination),
    destinationNamespace: isServer ? local : remote,
    port,
    transport,
    method: '',
    route: '',
    node: text(row.node),
    isProcess: callee !== null && callee === row.destination,
    pairing: `${transport}\n${port}`,
  };
}

/** A Service that is called is no pod, but has a namespace; a process has none, whatever is in its name. */
function namespaceOfEntity(entity: Value | undefined, { remote_process: process }: Row): string | null {
  return entity === process ? null : namespaceOfPod(entity);
}

function learnNames({ names }: Kinds, row: Row, time: number): void {
  if (typeof row.pod === 'string') names.learn(text(row.local_addr), row.pod, name(row.namespace), time);
}

function namespaceOfPod(pod: Value | undefined): string | null {
  const slash = typeof pod === 'string' ? pod.indexOf('/') : -1;
  return slash > 0 ? (pod as string).slice(0, slash) : null;
}

const known = (value: Value | undefined): number => (typeof value === 'number' && value >= 0 ? value : Number.NaN);
