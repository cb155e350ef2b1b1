/** Whose addresses are whose, known without a single packet. */

export interface AddressBook {
  /** A cgroup of the pod that has the address to itself; undefined where nobody has, or several share it. */
  cgroupAt(address: string): number | undefined;
  /** The machine itself has it, and whoever is on its network. */
  isOwn(address: string): boolean;
}

export const emptyAddressBook: AddressBook = { cgroupAt: () => undefined, isOwn: () => false };
