import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  createProcAddressBook,
  ipv4Addresses,
  ipv6Addresses,
  type ProcAddressBookOptions,
} from './proc-address-book.ts';
import { createPodsBelow } from './resolvers/pods-below.ts';

const root = mkdtempSync(join(tmpdir(), 'kelpie-book-'));
after(() => rmSync(root, { recursive: true }));
const mount = join(root, 'cgroup');
const proc = join(root, 'proc');

/** As a pod with one address has it: every address is there twice, in the main and the local table. */
const trie = (address: string): string => `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.0.0.0/24 2 0 2
        |-- 10.0.0.0
           /24 link UNICAST
        |-- ${address}
           /32 host LOCAL
        |-- 10.0.0.255
           /32 link BROADCAST
Local:
        |-- ${address}
           /32 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
`;

const inet6 = `00000000000000000000000000000001 01 80 10 80       lo
fd000010000000000000000000000005 02 40 00 80     eth0
fe80000000000000021122fffe334455 02 40 20 80     eth0
`;

function addProcess(pid: string, netns: number, address: string): void {
  mkdirSync(join(proc, pid, 'ns'), { recursive: true });
  mkdirSync(join(proc, pid, 'net'), { recursive: true });
  symlinkSync(`net:[${netns}]`, join(proc, pid, 'ns/net'));
  writeFileSync(join(proc, pid, 'net/fib_trie'), trie(address));
  writeFileSync(join(proc, pid, 'net/if_inet6'), inet6);
}

function addCgroup(path: string, pid: string): number {
  const directory = join(mount, path);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'cgroup.procs'), `${pid}\n`);
  return statSync(directory).ino;
}

let now = 0;
const book = (more: Partial<ProcAddressBookOptions> = {}) =>
  createProcAddressBook({
    ...more,
    mount,
    top: '/pods',
    podOf: (path) => createPodsBelow('/pods')(path)?.pod ?? null,
    proc,
    clock: () => now,
  });

addProcess('1', 1, '192.168.0.10');
addProcess('self', 1, '192.168.0.10');
addProcess('11', 11, '10.0.0.5');
addProcess('12', 12, '10.0.0.6');
addProcess('13', 1, '192.168.0.10');

describe('addresses of pods, off their network namespaces', () => {
  const api = addCgroup('/pods/shop/api/app', '11');
  addCgroup('/pods/shop/api/sidecar', '11');
  addCgroup('/pods/shop/one/app', '12');
  addCgroup('/pods/shop/two/app', '12');
  addCgroup('/pods/shop/host-network/app', '13');
  mkdirSync(join(mount, '/pods/shop/empty/app'), { recursive: true });

  test('IPv4 and IPv6 of a pod, not those of loopback, of the link, of the machine, or that pods share', () => {
    const { cgroupAt } = book();
    assert.equal(cgroupAt('10.0.0.5'), api);
    assert.equal(cgroupAt('fd00:10::5'), undefined, 'two namespaces of this test have it');
    for (const address of ['10.0.0.6', '192.168.0.10', '127.0.0.1', '10.0.0.255', '10.0.0.0', '8.8.8.8']) {
      assert.equal(cgroupAt(address), undefined, address);
    }
  });

  test('a pod that came later is found later: looks are rare', () => {
    const { cgroupAt } = book();
    assert.equal(cgroupAt('10.0.0.9'), undefined);
    addProcess('19', 19, '10.0.0.9');
    const late = addCgroup('/pods/shop/late/app', '19');
    now += 500;
    assert.equal(cgroupAt('10.0.0.9'), undefined);
    now += 2000;
    assert.equal(cgroupAt('10.0.0.9'), late);
  });

  test('the machine’s own, where that is asked for', () => {
    const { isOwn } = book({ knowsOwn: true });
    assert.ok(isOwn('192.168.0.10'));
    for (const address of ['10.0.0.5', '127.0.0.1', '8.8.8.8']) assert.ok(!isOwn(address), address);
    assert.ok(!book().isOwn('192.168.0.10'));
    const outside = book({ knowsOwn: true, isOwnElsewhere: (address) => address === '203.0.113.7' });
    assert.deepEqual([outside.isOwn('203.0.113.7'), outside.isOwn('8.8.8.8')], [true, false]);
  });

  test('what /proc says', () => {
    assert.deepEqual(ipv4Addresses(trie('10.1.2.3')), ['10.1.2.3', '10.1.2.3', '127.0.0.1']);
    assert.deepEqual(ipv6Addresses(inet6), ['fd00:10::5']);
    assert.deepEqual(ipv4Addresses(''), []);
  });
});
