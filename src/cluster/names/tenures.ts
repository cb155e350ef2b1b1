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

/** Owners an address is remembered to have had, and how long, ms: as long as history is kept. */
const mostOwners = 8;
const rememberedMs = 24 * 3_600_000;

export function createTenures<T>(): Tenures<T> {
  const byAddress = new Map<string, Tenure<T>[]>();
  const byOwner = new Map<string, Map<string, Tenure<T>>>();

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

  return {
    set(id, owner, addresses, from, now) {
      const held = byOwner.get(id) ?? new Map<string, Tenure<T>>();
      byOwner.set(id, held);
      for (const [address, tenure] of held) {
        if (addresses.includes(address)) continue;
        tenure.to = now;
        held.delete(address);
      }
      for (const address of addresses) if (!held.has(address)) held.set(address, begin(address, owner, from));
    },
    end(id, now) {
      for (const [address, tenure] of byOwner.get(id) ?? []) {
        tenure.to = now;
        const list = byAddress.get(address)?.filter(({ to }) => now - to < rememberedMs) ?? [];
        if (list.length > 0) byAddress.set(address, list);
        else byAddress.delete(address);
      }
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
