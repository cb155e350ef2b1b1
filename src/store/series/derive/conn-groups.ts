/** Connections of a group: each counted from one side, also where both were seen. */
import type { Work } from '../../work.ts';
import type { Fold, FoldOptions, Group } from '../fold.ts';
import { isCounted, type Key } from '../keys.ts';
import { connLasts, connSums, type Kinds } from '../kinds.ts';
import type { Stretch } from './derivation.ts';
import { createRoutes } from './routes.ts';
import { toldOf } from './told.ts';

/** Parts of a group: from the caller's side, from the callee's where the caller was not watched, and the same again from the callee's. */
const asCaller = [0];
const asCallee = [2];
const again = [1];

export function connFold(
  { conns: { keys, history } }: Kinds,
  groupOf: (key: Key) => string,
  stepSums: readonly number[],
): FoldOptions {
  return {
    history,
    epoch: () => keys.renamed,
    parts: 3,
    sketches: [],
    stepSums: [0, 2].flatMap((part) => stepSums.map((sum) => [part, sum] as const)),
    stepSketch: undefined,
    route: createRoutes(keys, groupOf, (key, from, to) => partsOf(key, from, to)),
  };
}

function partsOf(key: Key, from: number, to: number): readonly number[] {
  if (!isCounted(key, 'client', from, to)) return again;
  return key.subject.role === 'server' ? asCallee : asCaller;
}

export interface ConnGroup {
  readonly id: string;
  /** Undefined where connections are open in which nothing happened. */
  readonly group: Group | undefined;
  readonly keys: readonly Key[];
  /** Protocol that was recognised, or ''. */
  readonly protocol: string;
  /** Of the whole stretch: a sum by its position in `connSums`, from the caller's point of view. */
  readonly sum: (at: number) => number;
  /** Of the time of which everything is known: a sum per second. */
  readonly rate: (at: number) => number;
  /** That time: for a course (`rateSeries`). */
  readonly told: Stretch;
  readonly active: number;
  readonly rtt: number | null;
  readonly handshake: number | null;
  readonly turnLatency: number | null;
  /** Bytes since it was first seen. */
  readonly totalSent: number;
  readonly totalReceived: number;
  /** Unix ms. */
  readonly last: number;
}

/** The groups of the fold, and those of connections that are open without a word. */
export function* connGroups(
  { conns: { keys } }: Kinds,
  fold: Fold,
  groupOf: (key: Key) => string,
  stretch: Stretch,
): Work<readonly ConnGroup[]> {
  const silent = new Map<string, Key[]>();
  let looked = 0;
  for (const key of keys.all()) {
    looked += 1;
    if (looked % keysAtOnce === 0) yield;
    const isOpen = (key.now?.[connLasts.active] ?? 0) > 0 && key.first < stretch.to;
    if (!isOpen || key.last >= stretch.from || partsOf(key, stretch.from, stretch.to) === again) continue;
    const id = groupOf(key);
    const list = silent.get(id);
    if (list) list.push(key);
    else silent.set(id, [key]);
  }
  const ids = new Set([...fold.groups.keys(), ...silent.keys()]);
  const groups: ConnGroup[] = [];
  for (const id of ids) {
    groups.push(connGroup(id, fold, fold.groups.get(id), silent.get(id) ?? noKeys, keys, stretch));
    yield;
  }
  return groups;
}

const noKeys: readonly Key[] = [];
const keysAtOnce = 1_000;

function connGroup(
  id: string,
  fold: Fold,
  group: Group | undefined,
  silent: readonly Key[],
  keys: Kinds['conns']['keys'],
  stretch: Stretch,
): ConnGroup {
  const members: Key[] = [];
  let active = 0;
  let totalSent = 0;
  let totalReceived = 0;
  let protocol = '';
  const rtt = createMean();
  const handshake = createMean();
  const note = (key: Key, lasts: ArrayLike<number> | undefined) => {
    members.push(key);
    protocol ||= key.subject.protocol;
    if (!lasts) return;
    rtt.add(lasts[connLasts.rtt]);
    handshake.add(lasts[connLasts.handshake]);
    const parts = partsOf(key, stretch.from, stretch.to);
    if (parts === again) return;
    // Nothing was told of it since: as it is now, it was then. Its agent may be gone, and then nothing is open any more.
    const isNow = key.last < stretch.to;
    active += Math.max(0, (isNow ? key.now?.[connLasts.active] : lasts[connLasts.active]) || 0);
    // What was kept of connections is told in no order of time: the total as it is now has all of them.
    const totals = isNow ? (key.now ?? lasts) : lasts;
    const isCallee = parts === asCallee;
    totalSent += totals[isCallee ? connLasts.received : connLasts.sent] || 0;
    totalReceived += totals[isCallee ? connLasts.sent : connLasts.received] || 0;
  };
  if (group) {
    for (const [keyId, { gauge }] of group.keys) {
      const key = keys.get(keyId);
      if (key) note(key, gauge?.lasts);
    }
  }
  for (const key of silent) note(key, key.now);
  const sumOf = (part: number, at: number) => group?.parts[part]?.sums[at] ?? 0;
  const sum = (at: number) => {
    if (at === connSums.retransmits) return sumOf(0, at) + sumOf(1, at) + sumOf(2, at);
    const swapped = at === connSums.sent ? connSums.received : at === connSums.received ? connSums.sent : at;
    return sumOf(0, at) + sumOf(2, swapped);
  };
  const turns = sum(connSums.turns);
  const told = toldOf(fold, group, keys, stretch);
  return {
    id,
    group,
    keys: members,
    protocol,
    sum,
    rate: (at) => (sum(at) * told.share) / told.stretch.seconds,
    told: told.stretch,
    active,
    rtt: rtt.value(),
    handshake: handshake.value(),
    turnLatency: turns > 0 ? sum(connSums.turnTime) / turns : null,
    totalSent,
    totalReceived,
    last: silent.reduce((last, key) => Math.max(last, key.last), group?.last ?? 0),
  };
}

function createMean(): { add(value: number | undefined): void; value(): number | null } {
  let sum = 0;
  let count = 0;
  return {
    add(value) {
      if (value === undefined || !(value >= 0)) return;
      sum += value;
      count += 1;
    },
    value: () => (count === 0 ? null : sum / count),
  };
}
