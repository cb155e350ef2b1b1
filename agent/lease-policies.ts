/** Leases merged into policies: of everything several ask for, the most. */
import type { CaptureLevel } from '../src/domain/agent-status.ts';
import type { Policy } from './capture/source.ts';
import type { LeaseScope } from './lease-scopes.ts';

/** What one lease wants, in captured time. */
export interface Wish {
  readonly level: CaptureLevel;
  /** 0 = the level's default. */
  readonly messageCap: number;
  /** CLOCK_MONOTONIC ns. */
  readonly expires: number;
  /** None = everything. */
  readonly scopes: readonly LeaseScope[];
}

/** Bytes kept of each message unless the order says otherwise. */
const defaultCaps: Readonly<Record<CaptureLevel, number>> = { off: 0, flows: 0, heads: 4096, bodies: 16_384 };
/** struct policy, message_cap. */
const maxCap = 65_536;
const ranks: readonly CaptureLevel[] = ['off', 'flows', 'heads', 'bodies'];

/** The id under which the kernel looks for a policy when a cgroup has none of its own. */
const everyCgroup = 0;
const everyPort = 0;

/** What nobody gets: the deepest level of all, and of cgroups. */
export interface CgroupLimits {
  readonly atMost: CaptureLevel;
  readonly cgroups: ReadonlyMap<number, CaptureLevel>;
}

/** Heads alone are not read beyond the bytes that heads have, whatever a lease asks for: what comes behind them is body. */
const capWithin = (most: CaptureLevel): number => (most === 'bodies' ? maxCap : defaultCaps[most]);

const noLimits: CgroupLimits = { atMost: 'bodies', cgroups: new Map() };

const lower = (a: CaptureLevel, b: CaptureLevel): CaptureLevel => (ranks.indexOf(a) < ranks.indexOf(b) ? a : b);

/** Policies by cgroup, by port. */
type Policies = Map<number, Map<number, Policy>>;

/**
 * The highest level and cap that any wish asks for. The kernel takes the policy that fits a socket best: its cgroup and port, its cgroup, the port
 * anywhere, everything. So what is asked for in general is asked for again wherever somebody asks for less in particular.
 */
export function policiesOf(
  wishes: readonly Wish[],
  cgroupsIn: (place: string) => readonly number[],
  limits: CgroupLimits = noLimits,
): Policy[] {
  const policies: Policies = new Map();
  // A cgroup that is kept back needs a policy of its own beside the one for all.
  if (wishes.length > 0) for (const cgroupId of limits.cgroups.keys()) policies.set(cgroupId, new Map());
  for (const wish of wishes) {
    const { expires } = wish;
    const level = lower(wish.level, limits.atMost);
    const messageCap = Math.min(wish.messageCap || defaultCaps[level], capWithin(limits.atMost));
    for (const { place, port } of wish.scopes.length === 0 ? [{ place: '', port: everyPort }] : wish.scopes) {
      const cgroups = place === '' ? [everyCgroup] : cgroupsIn(place);
      for (const cgroupId of cgroups) merge(policies, { cgroupId, port, level, messageCap, expires });
    }
  }
  spread(policies);
  for (const [cgroupId, most] of limits.cgroups) {
    const byPort = policies.get(cgroupId);
    for (const [port, policy] of byPort ?? []) {
      const messageCap = Math.min(policy.messageCap, capWithin(most));
      byPort?.set(port, { ...policy, level: lower(policy.level, most), messageCap });
    }
  }
  return [...policies.values()].flatMap((byPort) => [...byPort.values()]);
}

function spread(policies: Policies): void {
  const everywhere = [...(policies.get(everyCgroup)?.values() ?? [])];
  for (const cgroupId of policies.keys()) {
    if (cgroupId !== everyCgroup) for (const policy of everywhere) merge(policies, { ...policy, cgroupId });
  }
  for (const byPort of policies.values()) {
    const allPorts = byPort.get(everyPort);
    if (allPorts) for (const port of byPort.keys()) merge(policies, { ...allPorts, port });
  }
}

function merge(policies: Policies, policy: Policy): void {
  let byPort = policies.get(policy.cgroupId);
  if (byPort === undefined) {
    byPort = new Map();
    policies.set(policy.cgroupId, byPort);
  }
  const before = byPort.get(policy.port);
  byPort.set(policy.port, before === undefined ? policy : most(before, policy));
}

/** Of the same cgroup and port. */
function most(a: Policy, b: Policy): Policy {
  return {
    ...a,
    level: ranks.indexOf(a.level) > ranks.indexOf(b.level) ? a.level : b.level,
    messageCap: Math.max(a.messageCap, b.messageCap),
    expires: Math.max(a.expires, b.expires),
  };
}
