import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createPodsBelow } from '../attribution/resolvers/pods-below.ts';
import { systemd } from '../attribution/resolvers/systemd.ts';
import { createHierarchies } from './cgroup-v1.ts';
import { usageV2 } from './cgroup-v2.ts';
import { createContainerReader } from './container-reader.ts';
import { listContainers } from './containers.ts';
import { addressesOf, countersOf } from './network.ts';
import { createProcUsage } from './proc-usage.ts';
import { createFiles } from './read-file.ts';
import { createRestarts } from './restarts.ts';

const root = mkdtempSync(join(tmpdir(), 'kelpie-resources-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;

/** A directory of its own with these files. */
function files(contents: Readonly<Record<string, string>>): string {
  const directory = join(root, String(count++));
  mkdirSync(directory);
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

const noHierarchies = createHierarchies('');
const cpuStat = (usage: number, throttled = 0) =>
  `usage_usec ${usage}\nuser_usec 1\nsystem_usec 2\nnr_periods 10\nnr_throttled 2\nthrottled_usec ${throttled}\n`;
const v2 = {
  'cgroup.procs': '11\n',
  'cpu.stat': cpuStat(1_000_000),
  'cpu.max': '50000 100000\n',
  'memory.current': '1000000\n',
  'memory.max': 'max\n',
  'memory.stat': 'anon 600000\nfile 300000\ninactive_file 250000\npgmajfault 7\n',
  'memory.events': 'low 0\noom 2\noom_kill 1\n',
  'io.stat': '8:0 rbytes=100 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2 rios=1\n',
  'pids.current': '5\n',
};

describe('what a container uses', () => {
  test('by the files of cgroup v2', () => {
    assert.deepEqual(usageV2(createFiles(files(v2))), {
      cpuNanos: 1e9,
      throttledNanos: 0,
      cpuLimit: 0.5,
      memory: 750_000,
      anonymous: 600_000,
      majorFaults: 7,
      memoryLimit: undefined,
      oomKills: 1,
      threads: 5,
      readBytes: 101,
      writeBytes: 22,
    });
  });

  test('rates are of the time between two readings', () => {
    const mount = files(Object.fromEntries(Object.entries(v2).map(([name, text]) => [`c/${name}`, text])));
    const reader = createContainerReader('/c', { mount, hierarchies: noHierarchies, proc: join(mount, 'proc') });
    assert.equal(reader.read(1e9), undefined);
    writeFileSync(join(mount, 'c/cpu.stat'), cpuStat(1_300_000, 500_000));
    writeFileSync(join(mount, 'c/memory.max'), '1500000\n');
    writeFileSync(join(mount, 'c/io.stat'), '8:0 rbytes=1101 wbytes=22 rios=1\n');
    assert.deepEqual(reader.read(3e9), {
      cpu: 0.15,
      cpu_limit: 0.5,
      throttled: 0.25,
      memory: 750_000,
      memory_limit: 1_500_000,
      memory_share: 0.5,
      rss_bytes: 600_000,
      oom_kills: 1,
      num_threads: 5,
      read_bytes: 500,
      write_bytes: 0,
      major_faults: 0,
    });
    assert.equal(reader.process, 11);
    writeFileSync(join(mount, 'c/cgroup.procs'), '');
    assert.equal(reader.read(4e9), undefined, 'an empty cgroup uses nothing');
  });

  test('by the v1 hierarchies that account for it alone, by its processes where none does', () => {
    const mount = files({
      'v2/pod/cgroup.procs': '11\n12\n',
      'v2/pod/cpu.stat': cpuStat(0),
      'memory/own/cgroup.procs': '12\n11\n',
      'memory/own/memory.usage_in_bytes': '900\n',
      'memory/own/memory.limit_in_bytes': '9223372036854771712\n',
      'memory/own/memory.stat': 'rss 1\ntotal_inactive_file 100\ntotal_rss 500\ntotal_pgmajfault 3\n',
      'memory/own/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 4\n',
      'pids/shared/cgroup.procs': '1\n11\n12\n',
      'pids/shared/pids.current': '99\n',
      'proc/11/cgroup': '8:pids:/shared\n4:memory:/own\n1:cpu,cpuacct:/\n0::/pod\n',
      'proc/11/stat': stat(11, 100, 2),
      'proc/11/statm': '100 50 20\n',
      'proc/11/io': 'rchar: 5\nread_bytes: 4096\nwrite_bytes: 0\n',
      'proc/12/stat': stat(12, 50, 1),
      'proc/12/statm': '100 50 20\n',
    });
    const hierarchies = createHierarchies(
      `30 20 0:1 / ${mount}/memory rw - cgroup cgroup rw,memory\n31 20 0:2 / ${mount}/pids rw - cgroup cgroup rw,pids\n`,
      join(mount, 'proc'),
    );
    assert.deepEqual([...hierarchies.accountsOf('/pod', [11, 12]).keys()], ['memory']);
    const reader = createContainerReader('/pod', { mount: join(mount, 'v2'), hierarchies, proc: join(mount, 'proc') });
    reader.read(1e9);
    const values = reader.read(2e9);
    assert.deepEqual(
      [values?.memory, values?.memory_limit, values?.rss_bytes, values?.oom_kills, values?.num_threads],
      [800, null, 500, 4, 3],
    );
  });

  test('of processes that end, what they used stays used', () => {
    const proc = files({
      '1/stat': stat(1, 100, 1),
      '2/stat': stat(2, 400, 1),
      '1/statm': '9 5 2\n',
      '2/statm': '9 4 3\n',
    });
    const usage = createProcUsage(proc);
    const first = usage.of([1, 2]);
    assert.equal(first.cpuNanos, 5e9);
    assert.equal(first.threads, 2);
    assert.equal((first.memory ?? 0) / (first.anonymous ?? 1), 7 / 4, 'files that are mapped by both count once');
    rmSync(join(proc, '2'), { recursive: true });
    writeFileSync(join(proc, '1/stat'), stat(1, 150, 1));
    assert.equal(usage.of([1]).cpuNanos, 5.5e9);
  });
});

/** With a command that is no help in finding the fields. */
function stat(pid: number, ticks: number, threads: number): string {
  return `${pid} (a) b (c) S 1 1 1 0 -1 0 10 0 3 0 ${ticks} 0 0 0 20 0 ${threads} 0 100 0 0\n`;
}

describe('the network of a pod', () => {
  const proc = files({
    '7/net/dev':
      'Inter-|   Receive                                                |  Transmit\n' +
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n' +
      '    lo:  999       9    0    0    0     0          0         0      999       9    0    0    0     0       0          0\n' +
      '  eth0:  100       2    1    3    0     0          0         0      200       4    5    6    0     0       0          0\n' +
      '  eth1:   10       1    0    0    0     0          0         0       20       1    0    0    0     0       0          0\n',
    '7/net/fib_trie':
      'Main:\n  +-- 0.0.0.0/0\n     |-- 10.244.0.0\n        /24 link UNICAST\n     |-- 10.244.0.7\n        /32 host LOCAL\n     |-- 127.0.0.1\n        /32 host LOCAL\n',
    '7/net/if_inet6':
      'fd000000000000000000000000000005 02 40 00 80 eth0\nfe80000000000000000000000000000a 02 40 20 80 eth0\n00000000000000000000000000000001 01 80 10 80 lo\n',
    '8/net/dev':
      'x\ny\n    lo:  999       9    0    0    0     0          0         0      999       9    0    0    0     0       0          0\n',
  });

  test('is all of its devices but the loopback one', () => {
    assert.deepEqual(countersOf(7, proc), {
      rx_bytes: 110,
      rx_packets: 3,
      rx_errors: 1,
      rx_drops: 3,
      tx_bytes: 220,
      tx_packets: 5,
      tx_errors: 5,
      tx_drops: 6,
    });
    assert.equal(addressesOf(7, proc), '10.244.0.7, fd00::5');
    assert.equal(countersOf(8, proc), undefined);
    assert.equal(countersOf(9, proc), undefined);
  });
});

describe('containers', () => {
  const mount = files({
    'demo/shop/api/app/x': '',
    'demo/shop/api/app/inner/x': '',
    'demo/shop/api/sidecar/x': '',
    'demo/shop/bare/x': '',
    'system.slice/nginx.service/worker/x': '',
    'system.slice/x': '',
  });

  test('are the outermost cgroups with a name', () => {
    const resolvers = [createPodsBelow('/demo'), systemd];
    const names = listContainers(mount, '/', resolvers, 100).map(({ path }) => path);
    assert.deepEqual(names.sort(), [
      '/demo/shop/api/app',
      '/demo/shop/api/sidecar',
      '/demo/shop/bare',
      '/system.slice/nginx.service',
    ]);
    assert.equal(listContainers(mount, '/', resolvers, 2).length, 2);
    assert.deepEqual(
      listContainers(mount, '/demo', [], 100).map(({ path }) => path),
      ['/demo'],
    );
  });

  test('that come back under their name in a new cgroup were restarted', () => {
    const restartsOf = createRestarts();
    const workload = { namespace: 'shop', pod: 'shop/api', container: 'app', unit: null };
    assert.equal(restartsOf({ path: '/pods/1', id: 1, workload }), 0);
    assert.equal(restartsOf({ path: '/pods/1', id: 1, workload }), 0);
    assert.equal(restartsOf({ path: '/pods/2', id: 2, workload }), 1);
    assert.equal(restartsOf({ path: '/pods/2', id: 3, workload }), 2);
    assert.equal(restartsOf({ path: '/pods/9', id: 9, workload: { ...workload, container: 'other' } }), 0);
  });
});
