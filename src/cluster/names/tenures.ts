/** Who had an address when: addresses are given to others once their owner is gone. */

export interface Tenure<T> {
  readonly owner: T;
  /** Unix ms. */
  readonly from: number;
  /** Infinity while it lasts. */
  to: number;
}

export interface Tenures<T> {
  /** The owner has these addresses from now on, and no others; those it had before `from` it has since then. */
  set(id: string, owner: T, addresses: readonly string[], from: number, now: number): void;
  /** The owner is gone. */
  end(id: string, now: number): void;
  /** Who had the address at that time, or else has it next: clocks and watches are some seconds apart. */
  at(address: string, time: number): T | undefined;
  /** Addresses with an owner, now or before. */
  readonly size: number;
}

/** Owners an address is remembered to have had, and how long, ms: longer than history is kept, or else a cluster in which pods come and go grows here. */
const mostOwners = 8;
const rememberedMs = 2 * 3_600_000;

export function createTenures<T>(): Tenures<T> {
  const byAddress = new Map<string, Tenure<T>[]>();
  const byOwner = new Map<string, Map<string, Tenure<T>>>();
  /** Those that are over, in the order in which they ended; what is before `forgotten` is gone. */
  let over: { readonly address: string; readonly tenure: Tenure<T> }[] = [];
  let forgotten = 0;

  const begin = (address: string, owner: T, from: number): Tenure<T> => {
    const tenure: Tenure<T> = { owner, from, to: Number.POSITIVE_INFINITY };
    const list = byAddress.get(address);
    if (!list) byAddress.set(address, [tenure]);
    else {
      list.push(tenure);
      list.sort((a, b) => a.from - b.from);
      if (list.length > mostOwners) list.shift();
    }
    return tenure;
  };

  const finish = (address: string, tenure: Tenure<T>, now: number): void => {
    tenure.to = now;
    over.push({ address, tenure });
    for (let next = over[forgotten]; next && now - next.tenure.to >= rememberedMs; next = over[forgotten]) {
      forgotten += 1;
      const list = byAddress.get(next.address)?.filter((each) => each !== next.tenure) ?? [];
      if (list.length > 0) byAddress.set(next.address, list);
      else byAddress.delete(next.address);
    }
    if (forgotten < 1_000 || forgotten < over.length / 2) return;
    over = over.slice(forgotten);
    forgotten = 0;
  };

  return {
    set(id, owner, addresses, from, now) {
      const held = byOwner.get(id) ?? new Map<string, Tenure<T>>();
      byOwner.set(id, held);
      for (const [address, tenure] of held) {
        if (addresses.includes(address)) continue;
        finish(address, tenure, now);
        held.delete(address);
      }
      for (const address of addresses) if (!held.has(address)) held.set(address, begin(address, owner, from));
    },
    end(id, now) {
      for (const [address, tenure] of byOwner.get(id) ?? []) finish(address, tenure, now);
      byOwner.delete(id);
    },
    at(address, time) {
      const list = byAddress.get(address);
      if (!list) return undefined;
      let found: Tenure<T> | undefined;
      for (const tenure of list) {
        if (tenure.from <= time) found = tenure;
        else return (found && found.to > time ? found : tenure).owner;
      }
      return found?.owner;
    },
    get size() {
      return byAddress.size;
    },
  };
}
