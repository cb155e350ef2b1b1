/** Addresses of pods, and of the machine itself, found out on the live machine, written to its recording. */
import type { AddressBook } from './attribution/address-book.ts';
import type { RecordingFact } from './capture/recording-format.ts';

/** Addresses remembered as told; past it they are told again. */
const remembered = 10_000;

/** `addresses`, each of whose answers is told to `tell` once. */
export function createRecordedAddresses(addresses: AddressBook, tell: (fact: RecordingFact) => void): AddressBook {
  const told = new Map<string, number>();
  const own = new Set<string>();
  return {
    cgroupAt(address) {
      const cgroupId = addresses.cgroupAt(address);
      if (cgroupId !== undefined && told.get(address) !== cgroupId) {
        if (told.size >= remembered) told.clear();
        told.set(address, cgroupId);
        tell({ kind: 'address', address, cgroupId });
      }
      return cgroupId;
    },
    isOwn(address) {
      const isOwn = addresses.isOwn(address);
      if (isOwn && !own.has(address)) {
        if (own.size >= remembered) own.clear();
        own.add(address);
        tell({ kind: 'own-address', address });
      }
      return isOwn;
    },
  };
}
