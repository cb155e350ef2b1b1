/**
 * What the watched cgroups may hand over, so that the agent keeps up with all of them: a total of records and of bytes per second,
 * shared fairly, and lowered while even that is too much. Beyond its budget whole exchanges of a cgroup are left out by the kernel side,
 * and counted.
 */
import type { Budget, BudgetUse, CaptureSource } from '../capture/source.ts';
import { createCapacity } from './capacity.ts';
import { fairShares } from './fair-shares.ts';

export interface BudgetTotals {
  /** Kernel records per second; a small exchange is about four, a connection counts as 24. */
  readonly events: number;
  /** Captured bytes per second. */
  readonly bytes: number;
}

export interface BudgetsOptions {
  readonly source: Pick<CaptureSource, 'setBudgets' | 'budgetUse' | 'counters' | 'now'>;
  readonly totals: BudgetTotals;
  /** Messages of a cgroup that were left out until captured `time`, since it was last told. */
  onLeftOut(cgroupId: number, messages: number, time: number): void;
  /** Monotonic ms. */
  readonly clock?: () => number;
}

export interface Budgets {
  /** Looks at what was used since the last time and shares anew; `start` calls it several times a second. */
  step(): void;
  start(): void;
  stop(): void;
  /** Now: `budget_events` and `budget_bytes` a second in all, `budget_limited` cgroups that leave exchanges out. */
  totals(): Readonly<Record<string, number>>;
}

const everyMs = 250;
/** A cgroup without traffic for so long has no share, ms. */
const idleMs = 30_000;
/** What a cgroup uses may grow by this factor from one look to the next without being held up. */
const headroom = 1.5;
/** A look that comes so much too late, twice in a row, says that the agent cannot keep up, ms. */
const lateMs = 500;
/** What is always taken on, as a share of the most: after losses, and when late (which may have other reasons). */
const leastAfterLoss = 0.05;
const leastWhenLate = 0.25;
/** A change smaller than this is not worth telling the kernel. */
const worthTelling = 0.1;

interface Watched {
  readonly cgroupId: number;
  use: BudgetUse;
  lastActive: number;
  /** Per second, since the last look; infinite when something was left out. */
  events: number;
  bytes: number;
  isLimited: boolean;
}

export function createBudgets(options: BudgetsOptions): Budgets {
  const { source, totals, clock = () => performance.now() } = options;
  const watched = new Map<number, Watched>();
  const events = createCapacity(totals.events);
  const bytes = createCapacity(totals.bytes);
  let told = new Map<number, Budget>();
  let last: number | undefined;
  let ringFull = source.counters().losses['ring-full'] ?? 0;
  let late = 0;
  let timer: NodeJS.Timeout | undefined;

  function step(): void {
    const now = clock();
    const seconds = last === undefined ? 0 : (now - last) / 1000;
    late = seconds * 1000 > everyMs + lateMs ? late + 1 : 0;
    last = now;
    const uses = source.budgetUse();
    for (const use of uses) look(use, now, seconds);
    for (const [id, { lastActive }] of watched) if (now - lastActive > idleMs) watched.delete(id);
    if (seconds > 0) adapt(seconds);
    share();
  }

  function look(use: BudgetUse, now: number, seconds: number): void {
    const known = watched.get(use.cgroupId);
    if (known === undefined || seconds === 0) {
      // What was used before the first look is nobody's demand now.
      const fresh = { use, lastActive: now, events: 0, bytes: 0, isLimited: false };
      if (known) Object.assign(known, fresh);
      else watched.set(use.cgroupId, { cgroupId: use.cgroupId, ...fresh });
      return;
    }
    const before = known.use;
    const messages = use.sampledMessages - before.sampledMessages;
    known.isLimited = messages > 0 || use.sampledBytes > before.sampledBytes;
    known.events = Math.max(0, use.segments - before.segments) / seconds;
    known.bytes = Math.max(0, use.bytes - before.bytes) / seconds;
    if (known.isLimited || known.events > 0) known.lastActive = now;
    known.use = use;
    if (messages > 0) options.onLeftOut(use.cgroupId, messages, source.now());
  }

  function adapt(seconds: number): void {
    const lost = source.counters().losses['ring-full'] ?? 0;
    const hasLost = lost > ringFull;
    ringFull = lost;
    if (!hasLost && late < 2) {
      events.raise(seconds);
      bytes.raise(seconds);
      return;
    }
    const least = hasLost ? leastAfterLoss : leastWhenLate;
    events.lower(sum('events'), least);
    bytes.lower(sum('bytes'), least);
  }

  function sum(what: 'events' | 'bytes'): number {
    let all = 0;
    for (const one of watched.values()) all += one[what];
    return all;
  }

  function share(): void {
    const all = [...watched.values()];
    const demands = (what: 'events' | 'bytes') =>
      all.map((one) => (one.isLimited ? Number.POSITIVE_INFINITY : one[what] * headroom));
    // Whoever is new, or was quiet until now, may have at once what it would get if it wanted everything: a crowd elsewhere must not
    // hold up the first requests here until the next look.
    const newcomer = {
      cgroupId: 0,
      segmentsPerSecond: newcomerShare(events.perSecond, demands('events')),
      bytesPerSecond: newcomerShare(bytes.perSecond, demands('bytes')),
    };
    // Whoever wants more all of a sudden may have all that is to spare, until the next look: the ring holds as much.
    const ofEvents = fairShares(events.perSecond, demands('events'));
    const ofBytes = fairShares(bytes.perSecond, demands('bytes'));
    const wanted = new Map<number, Budget>();
    const want = (budget: Budget): void => {
      const before = told.get(budget.cgroupId);
      wanted.set(budget.cgroupId, before !== undefined && isAlike(before, budget) ? before : budget);
    };
    want(newcomer);
    all.forEach(({ cgroupId }, at) => {
      want({
        cgroupId,
        segmentsPerSecond: Math.max(newcomer.segmentsPerSecond, Math.ceil((ofEvents.shares[at] ?? 0) + ofEvents.spare)),
        bytesPerSecond: Math.max(newcomer.bytesPerSecond, Math.ceil((ofBytes.shares[at] ?? 0) + ofBytes.spare)),
      });
    });
    const isSame = wanted.size === told.size && [...wanted].every(([id, budget]) => told.get(id) === budget);
    told = wanted;
    if (!isSame) source.setBudgets([...wanted.values()]);
  }

  return {
    step,
    start() {
      step();
      timer = setInterval(step, everyMs);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
    },
    totals: () => ({
      budget_events: Math.round(events.perSecond),
      budget_bytes: Math.round(bytes.perSecond),
      budget_limited: [...watched.values()].filter(({ isLimited }) => isLimited).length,
    }),
  };
}

/** What one more would get that wants everything, per second. */
function newcomerShare(total: number, demands: readonly number[]): number {
  const { shares } = fairShares(total, [...demands, Number.POSITIVE_INFINITY]);
  return Math.ceil(shares.at(-1) ?? total);
}

function isAlike(a: Budget, b: Budget): boolean {
  const differ = (x: number, y: number) => Math.abs(x - y) > worthTelling * Math.max(x, y);
  return !differ(a.segmentsPerSecond, b.segmentsPerSecond) && !differ(a.bytesPerSecond, b.bytesPerSecond);
}
