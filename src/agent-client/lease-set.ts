/** All leases of this terminal at one agent: each is kept alive by itself under a name of its own. */
import type { LeaseRequest, NamedLease } from './client.ts';
import { createLeaseKeeper, type LeaseKeeper, type LeaseKeeperOptions } from './lease-keeper.ts';

export interface LeaseSet {
  /** Takes these leases; lets go of those of other names. */
  set(leases: readonly NamedLease[]): void;
  /** Whether the agent granted all that are wanted. */
  readonly isGranted: boolean;
  /** Stops renewing. With `release`, tells the agent; resolves when it knows or after the close time. */
  stop(release: boolean): Promise<void>;
}

interface Entry {
  readonly keeper: LeaseKeeper;
  lease: NamedLease | undefined;
  granted: boolean;
}

export function createLeaseSet(options: LeaseKeeperOptions): LeaseSet {
  const entries = new Map<string, Entry>();

  const entryOf = (name: string): Entry => {
    let entry = entries.get(name);
    if (!entry) {
      const made: Entry = {
        keeper: createLeaseKeeper({
          ...options,
          clientId: `${options.clientId}/${name}`,
          onGranted() {
            made.granted = true;
            options.onGranted();
          },
        }),
        lease: undefined,
        granted: false,
      };
      entry = made;
      entries.set(name, entry);
    }
    return entry;
  };

  return {
    set(leases) {
      const names = new Set(leases.map(({ name }) => name));
      for (const [name, entry] of entries) {
        if (names.has(name) || !entry.lease) continue;
        entry.lease = undefined;
        entry.keeper.set(undefined);
      }
      for (const lease of leases) {
        const entry = entryOf(lease.name);
        if (entry.lease && sameLease(entry.lease, lease)) continue;
        entry.lease = lease;
        entry.keeper.set(lease);
      }
    },
    get isGranted() {
      return [...entries.values()].every(({ lease, granted }) => granted || !lease || lease.level === 'off');
    },
    async stop(release) {
      await Promise.all([...entries.values()].map(({ keeper }) => keeper.stop(release)));
    },
  };
}

function sameLease(a: LeaseRequest, b: LeaseRequest): boolean {
  return (
    a.level === b.level &&
    a.messageCap === b.messageCap &&
    a.scopes.length === b.scopes.length &&
    a.scopes.every((scope, at) => scope === b.scopes[at])
  );
}
