/**
 * Addresses of this machine's pods, read off the network namespaces of their processes (proc(5): net/fib_trie, net/if_inet6), so
 * that a pod has its name before it sent anything, and when what it is sent is refused. Needs no entry into the namespace.
 */
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { addressText } from '../capture/address.ts';
import { cgroupsBelow } from '../capture/cgroup-walk.ts';
import type { AddressBook } from './address-book.ts';
import { attempt } from './attempt.ts';
import { isLoopback } from './sockets.ts';

export interface ProcAddressBookOptions {
  /** Where cgroup v2 is mounted, and the cgroup at and below which pods are. */
  readonly mount: string;
  readonly top: string;
  /** The pod of a cgroup path, null for none: cgroups without one are not looked at. */
  podOf(path: string): string | null;
  /** Addresses of the machine's own are told as such: that of a node is its name. */
  readonly knowsOwn?: boolean;
  /** Those of the machine that no interface of it has. */
  readonly isOwnElsewhere?: ((address: string) => boolean) | undefined;
  readonly proc?: string;
  /** ms. */
  readonly clock?: () => number;
}

/** An address nobody is known to have is looked for at most this often, one that is known looked at again this often, ms. */
const missPauseMs = 2000;
const hitPauseMs = 15_000;
/** A look that takes long is done the more rarely: 2 % of a CPU at most. */
const costFactor = 50;
const maxCgroups = 4096;
const maxAddresses = 64;

export function createProcAddressBook(options: ProcAddressBookOptions): AddressBook {
  const { proc = '/proc', clock = () => performance.now(), knowsOwn = false, isOwnElsewhere = () => false } = options;
  let book: ReadonlyMap<string, number> = new Map();
  let looked = Number.NEGATIVE_INFINITY;
  let cost = 0;
  let own: ReadonlySet<string> = new Set();
  let ownLooked = Number.NEGATIVE_INFINITY;
  let ownCost = 0;

  return {
    isOwn(address) {
      const began = clock();
      if (!knowsOwn || isLoopback(address)) return false;
      if (isOwnElsewhere(address)) return true;
      if (began - ownLooked < Math.max(hitPauseMs, ownCost * costFactor)) return own.has(address);
      own = new Set(addressesOf(proc, '1'));
      ownLooked = clock();
      ownCost = ownLooked - began;
      return own.has(address);
    },
    cgroupAt(address) {
      const known = book.get(address);
      const began = clock();
      const pause = Math.max(known === undefined ? missPauseMs : hitPauseMs, cost * costFactor);
      if (isLoopback(address) || began - looked < pause) return known;
      book = readBook(options, proc);
      looked = clock();
      cost = looked - began;
      return book.get(address);
    },
  };
}

interface Tenant {
  readonly pod: string;
  readonly cgroupId: number;
  isShared: boolean;
  readonly pid: string;
}

function readBook({ mount, top, podOf }: ProcAddressBookOptions, proc: string): ReadonlyMap<string, number> {
  const tenants = new Map<string, Tenant>();
  for (const path of cgroupsBelow(mount, top, maxCgroups)) {
    const pod = podOf(path);
    if (pod === null) continue;
    const directory = join(mount, path);
    const pid = attempt(() => readFileSync(join(directory, 'cgroup.procs'), 'utf8'), '').split('\n', 1)[0];
    const netns = pid ? netnsOf(proc, pid) : '';
    const cgroupId = statOf(directory);
    if (!pid || netns === '' || cgroupId === undefined) continue;
    const tenant = tenants.get(netns);
    if (tenant) tenant.isShared ||= tenant.pod !== pod;
    else tenants.set(netns, { pod, cgroupId, isShared: false, pid });
  }
  // Who lives in the machine's own network has no address to himself.
  for (const own of ['1', 'self']) tenants.delete(netnsOf(proc, own));
  const book = new Map<string, number>();
  const ambiguous = new Set<string>();
  for (const { isShared, pid, cgroupId } of tenants.values()) {
    for (const address of addressesOf(proc, pid)) {
      if (isShared || book.has(address)) ambiguous.add(address);
      book.set(address, cgroupId);
    }
  }
  for (const address of ambiguous) book.delete(address);
  return book;
}

const netnsOf = (proc: string, pid: string): string => attempt(() => readlinkSync(`${proc}/${pid}/ns/net`), '');

const statOf = (directory: string): number | undefined => statSync(directory, { throwIfNoEntry: false })?.ino;

/** Addresses of the network namespace a process is in, without loopback and link-local ones. */
function addressesOf(proc: string, pid: string): string[] {
  const ipv4 = ipv4Addresses(attempt(() => readFileSync(`${proc}/${pid}/net/fib_trie`, 'utf8'), ''));
  const ipv6 = ipv6Addresses(attempt(() => readFileSync(`${proc}/${pid}/net/if_inet6`, 'utf8'), ''));
  return [...new Set([...ipv4, ...ipv6])].filter((address) => !isLoopback(address)).slice(0, maxAddresses);
}

/** Local addresses in net/fib_trie: "|-- 10.0.0.5" with "/32 host LOCAL" in the line below. */
export function ipv4Addresses(trie: string): string[] {
  return Array.from(trie.matchAll(/\|-- ([\d.]+)\n\s+\/32 host LOCAL/g), ([, address]) => address ?? '');
}

/** Addresses of global scope in net/if_inet6: "fd00…0001 02 40 00 80 eth0", the fourth field being the scope. */
export function ipv6Addresses(table: string): string[] {
  return Array.from(table.matchAll(/^([0-9a-f]{32}) \S+ \S+ 00 /gm), ([, hex]) =>
    addressText(Buffer.from(hex ?? '', 'hex'), 0, 6),
  );
}
