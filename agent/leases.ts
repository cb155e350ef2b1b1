/** Who wants what captured, for how long: leases of the terminals, merged into what the kernel is told. */
import type { AgentLease, CaptureLevel } from '../src/domain/agent-status.ts';
import { AppError } from '../src/domain/errors.ts';
import { isUntoldPod } from './attribution/workload.ts';
import type { CaptureSource, Policy } from './capture/source.ts';
import type { CgroupsIn } from './cgroup-scopes.ts';
import { policiesOf } from './lease-policies.ts';
import { type LeaseScope, parseScope } from './lease-scopes.ts';
import type { LeaseOrder } from './server/api.ts';

export interface Leases {
  /**
   * Takes, renews or (`ttlMs` 0) releases a lease. Returns when it ends, Unix ns.
   *
   * @throws AppError `usage`
   */
  renew(order: LeaseOrder): bigint;
  list(): readonly AgentLease[];
  /** What the kernel was last told: what is captured in effect, all leases together. */
  readonly policies: readonly Policy[];
  /** Pods among what is captured that nobody told of, as they are called. */
  readonly untoldPods: readonly string[];
  /** What may be captured has changed. */
  refresh(): void;
  close(): void;
}

export interface LeasesOptions {
  readonly source: Pick<CaptureSource, 'setPolicies' | 'now'>;
  /** Ids of the cgroups of these pods and paths, descendants included, as they are now. */
  readonly cgroupsIn: CgroupsIn;
  /** What nobody gets, whatever a lease asks for; default: nothing is kept back. */
  readonly limits?: (() => Limits) | undefined;
  /** Monotonic ms, and Unix ms. */
  readonly clock?: () => number;
  readonly wallClock?: () => number;
}

/** The deepest level of all, and of each pod there is by its name; undefined where pods are not kept back. */
export interface Limits {
  readonly atMost: CaptureLevel;
  readonly ofPod?: ((pod: string) => CaptureLevel) | undefined;
}

const noLimits: Limits = { atMost: 'bodies' };

interface Lease extends LeaseOrder {
  readonly wanted: readonly LeaseScope[];
  /** On `clock`. */
  readonly ends: number;
}

/** A forgotten terminal must not keep capture on for long, whatever it asked for. */
const maxTtlMs = 300_000;
/** A terminal holds a few. */
const maxClients = 256;
const maxScopes = 256;
const maxNameLength = 512;

/** How often cgroups are looked for that appeared in a scope, ms. */
const rescanMs = 1000;

export function createLeases(options: LeasesOptions): Leases {
  const { source, cgroupsIn, limits = () => noLimits, clock = () => performance.now(), wallClock = Date.now } = options;
  const leases = new Map<string, Lease>();
  let timer: NodeJS.Timeout | undefined;
  let policies: readonly Policy[] = [];
  let untoldPods: readonly string[] = [];

  function apply(): void {
    clearTimeout(timer);
    timer = undefined;
    const now = clock();
    for (const [client, lease] of leases) if (lease.ends <= now) leases.delete(client);
    const places = new Set([...leases.values()].flatMap(({ wanted }) => wanted.map(({ place }) => place)));
    places.delete('');
    const { atMost, ofPod } = limits();
    const cgroups = leases.size === 0 ? new Map() : cgroupsIn([...places], ofPod !== undefined);
    untoldPods = [...cgroups.keys()].filter(isUntoldPod);
    const idsOf = (place: string) => cgroups.get(place) ?? [];
    const limited = new Map<number, CaptureLevel>();
    for (const [place, ids] of cgroups) {
      const level = place.startsWith('/') ? undefined : ofPod?.(place);
      if (level !== undefined && level !== atMost) for (const id of ids) limited.set(id, level);
    }
    policies = policiesOf(wishesAt(now), idsOf, { atMost, cgroups: limited });
    source.setPolicies(policies);
    if (leases.size === 0) return;
    // Pods in a scope, and those that are kept back, get new containers, and new ones come.
    const isScoped = places.size > 0 || ofPod !== undefined;
    const nextEnd = Math.min(...Array.from(leases.values(), ({ ends }) => ends - now));
    timer = setTimeout(apply, Math.max(1, Math.min(nextEnd, isScoped ? rescanMs : nextEnd)));
    timer.unref();
  }

  function wishesAt(now: number) {
    const sourceNow = source.now();
    return Array.from(leases.values(), ({ level, messageCap, ends, wanted }) => ({
      level,
      messageCap,
      expires: sourceNow + (ends - now) * 1e6,
      scopes: wanted,
    }));
  }

  return {
    renew(order) {
      const wanted = check(order, leases);
      const ttlMs = Math.min(order.ttlMs, maxTtlMs);
      if (ttlMs === 0 || order.level === 'off') leases.delete(order.client);
      else leases.set(order.client, { ...order, wanted, ends: clock() + ttlMs });
      apply();
      return BigInt(Math.round(wallClock() + ttlMs)) * 1_000_000n;
    },
    list: () =>
      Array.from(leases.values(), ({ client, level, scopes, ends }) => ({
        client,
        level,
        scope: scopes.length === 0 ? 'everything' : scopes.join(', '),
        remainingMs: Math.max(0, ends - clock()),
      })),
    get policies() {
      return policies;
    },
    get untoldPods() {
      return untoldPods;
    },
    refresh: apply,
    close() {
      clearTimeout(timer);
      leases.clear();
    },
  };
}

/** The scopes of the order.
 *
 * @throws AppError `usage`
 */
function check(order: LeaseOrder, leases: ReadonlyMap<string, Lease>): LeaseScope[] {
  const fail = (detail: string): never => {
    throw new AppError('usage', { detail });
  };
  if (order.client === '' || order.client.length > maxNameLength) fail('A lease needs the name of its client.');
  if (order.scopes.length > maxScopes) fail(`A lease has at most ${maxScopes} scopes.`);
  if (!leases.has(order.client) && leases.size >= maxClients) fail(`There are ${maxClients} leases already.`);
  return order.scopes.map((text) => {
    const examples = '"namespace/pod", "/cgroup/path", either with ":port", or ":port"';
    return parseScope(text) ?? fail(`A scope is one of ${examples}, not "${text.slice(0, 64)}".`);
  });
}
