/** Who wants what captured, for how long: leases of the terminals, merged into what the kernel is told. */
import type { AgentLease, CaptureLevel } from '../src/domain/agent-status.ts';
import { AppError } from '../src/domain/errors.ts';
import type { CaptureSource, Policy } from './capture/source.ts';
import type { LeaseOrder } from './server/api.ts';

export interface Leases {
  /**
   * Takes, renews or (`ttlMs` 0) releases a lease. Returns when it ends, Unix ns.
   *
   * @throws AppError `usage`
   */
  renew(order: LeaseOrder): bigint;
  list(): readonly AgentLease[];
  close(): void;
}

export interface LeasesOptions {
  readonly source: Pick<CaptureSource, 'setPolicies' | 'now'>;
  /** Ids of the cgroups in these scopes, descendants included, as they are now. */
  readonly cgroupsIn: (scopes: readonly string[]) => ReadonlyMap<string, readonly number[]>;
  /** Monotonic ms, and Unix ms. */
  readonly clock?: () => number;
  readonly wallClock?: () => number;
}

interface Lease extends LeaseOrder {
  /** On `clock`. */
  readonly ends: number;
}

/** Bytes kept of each message unless the order says otherwise. */
const defaultCaps: Readonly<Record<CaptureLevel, number>> = { off: 0, flows: 0, heads: 4096, bodies: 16_384 };
/** struct policy, message_cap. */
const maxCap = 65_536;
const ranks: readonly CaptureLevel[] = ['off', 'flows', 'heads', 'bodies'];

/** A forgotten terminal must not keep capture on for long, whatever it asked for. */
const maxTtlMs = 300_000;
const maxClients = 64;
const maxScopes = 256;
const maxNameLength = 512;

/** How often cgroups are looked for that appeared in a scope, ms. */
const rescanMs = 1000;

/** The id under which the kernel looks for a policy when a cgroup has none of its own. */
const everyCgroup = 0;

export function createLeases(options: LeasesOptions): Leases {
  const { source, cgroupsIn, clock = () => performance.now(), wallClock = Date.now } = options;
  const leases = new Map<string, Lease>();
  let timer: NodeJS.Timeout | undefined;

  function apply(): void {
    clearTimeout(timer);
    timer = undefined;
    const now = clock();
    for (const [client, lease] of leases) if (lease.ends <= now) leases.delete(client);
    source.setPolicies(policiesOf([...leases.values()], cgroupsIn, now, source.now()));
    if (leases.size === 0) return;
    const isScoped = [...leases.values()].some(({ scopes }) => scopes.length > 0);
    const nextEnd = Math.min(...Array.from(leases.values(), ({ ends }) => ends - now));
    timer = setTimeout(apply, Math.max(1, Math.min(nextEnd, isScoped ? rescanMs : nextEnd)));
    timer.unref();
  }

  return {
    renew(order) {
      check(order, leases);
      const ttlMs = Math.min(order.ttlMs, maxTtlMs);
      if (ttlMs === 0 || order.level === 'off') leases.delete(order.client);
      else leases.set(order.client, { ...order, ends: clock() + ttlMs });
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
    close() {
      clearTimeout(timer);
      leases.clear();
    },
  };
}

/** The highest level and cap that any lease asks for, by cgroup. `now` is on the leases' clock, `sourceNow` captured time. */
function policiesOf(
  leases: readonly Lease[],
  cgroupsIn: LeasesOptions['cgroupsIn'],
  now: number,
  sourceNow: number,
): Policy[] {
  const policies = new Map<number, Policy>();
  const ids = cgroupsIn(leases.flatMap(({ scopes }) => scopes));
  for (const lease of leases) {
    const messageCap = Math.min(lease.messageCap || defaultCaps[lease.level], maxCap);
    const expires = sourceNow + (lease.ends - now) * 1e6;
    const targets = lease.scopes.length === 0 ? [everyCgroup] : lease.scopes.flatMap((scope) => ids.get(scope) ?? []);
    for (const cgroupId of targets) {
      merge(policies, { cgroupId, port: 0, level: lease.level, messageCap, expires });
    }
  }
  // A cgroup with a policy of its own does not look at the one for all.
  const all = policies.get(everyCgroup);
  if (all) for (const cgroupId of policies.keys()) merge(policies, { ...all, cgroupId });
  return [...policies.values()];
}

function merge(policies: Map<number, Policy>, policy: Policy): void {
  const before = policies.get(policy.cgroupId);
  if (!before) return void policies.set(policy.cgroupId, policy);
  policies.set(policy.cgroupId, {
    cgroupId: policy.cgroupId,
    port: policy.port,
    level: ranks.indexOf(before.level) > ranks.indexOf(policy.level) ? before.level : policy.level,
    messageCap: Math.max(before.messageCap, policy.messageCap),
    expires: Math.max(before.expires, policy.expires),
  });
}

function check(order: LeaseOrder, leases: ReadonlyMap<string, Lease>): void {
  const fail = (detail: string): never => {
    throw new AppError('usage', { detail });
  };
  if (order.client === '' || order.client.length > maxNameLength) fail('A lease needs the name of its client.');
  if (order.scopes.length > maxScopes) fail(`A lease has at most ${maxScopes} scopes.`);
  for (const scope of order.scopes) {
    const isPath = scope.startsWith('/') && !scope.split('/').includes('..');
    const isPod = /^[^/]+\/[^/]+$/.test(scope);
    if (scope.length > maxNameLength || (!isPath && !isPod)) {
      fail(`A scope is a pod ("namespace/pod") or a cgroup path ("/…"), not "${scope.slice(0, 64)}".`);
    }
  }
  if (!leases.has(order.client) && leases.size >= maxClients) fail(`There are ${maxClients} leases already.`);
}
