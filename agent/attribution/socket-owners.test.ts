import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { SocketOpen } from '../capture/source.ts';
import { readProcAddress } from './proc-address.ts';
import { createSocketOwners } from './socket-owners.ts';

const root = mkdtempSync(join(tmpdir(), 'kelpie-proc-'));
after(() => rmSync(root, { recursive: true }));
const mount = join(root, 'cgroup');
const proc = join(root, 'proc');

const line = (local: string, remote: string, inode: number): string =>
  `   0: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000`;

function addProcess(pid: number, inodes: readonly number[], tables: { tcp?: string[]; tcp6?: string[] }): void {
  const directory = join(proc, String(pid));
  for (const name of ['fd', 'net', 'ns']) mkdirSync(join(directory, name), { recursive: true });
  writeFileSync(join(directory, 'comm'), `worker-${pid}\n`);
  symlinkSync(`net:[${4_000_000 + pid}]`, join(directory, 'ns/net'));
  for (const [i, inode] of inodes.entries()) symlinkSync(`socket:[${inode}]`, join(directory, 'fd', String(i)));
  for (const file of ['tcp', 'tcp6'] as const) {
    writeFileSync(
      join(directory, 'net', file),
      ['  sl  local_address rem_address', ...(tables[file] ?? [])].join('\n'),
    );
  }
}

mkdirSync(join(mount, 'web'), { recursive: true });
writeFileSync(join(mount, 'web/cgroup.procs'), '11\n12\n13\n');
addProcess(11, [501], { tcp: [line('0100007F:1F90', '0200007F:9C40', 501)] });
addProcess(12, [502, 503], {
  tcp: [line('00000000:0050', '00000000:0000', 502)],
  tcp6: [line('0000000000000000FFFF00000100000A:0051', '0000000000000000FFFF00000200000A:0052', 503)],
});

const socket = (
  local: readonly [string, number],
  remote: readonly [string, number],
  role: SocketOpen['role'] = 'unknown',
) =>
  ({
    localAddress: local[0],
    localPort: local[1],
    remoteAddress: remote[0],
    remotePort: remote[1],
    role,
  }) as SocketOpen;

describe('the owner of a socket that was open before', () => {
  test('is found by its connection, by IPv4 over IPv6, or by the listener it was accepted on', () => {
    const find = createSocketOwners(mount, proc);
    const ownerOf = (...asked: Parameters<typeof find>) => find(...asked)?.pid;
    assert.equal(ownerOf(socket(['127.0.0.1', 8080], ['127.0.0.2', 40_000]), '/web'), 11);
    assert.equal(ownerOf(socket(['10.0.0.1', 81], ['10.0.0.2', 82]), '/web'), 12);
    assert.equal(ownerOf(socket(['10.0.0.1', 80], ['10.0.0.9', 5]), '/web'), 12);
    assert.equal(ownerOf(socket(['10.0.0.1', 80], ['10.0.0.9', 5], 'client'), '/web'), undefined);
    assert.equal(ownerOf(socket(['10.0.0.1', 99], ['10.0.0.9', 5]), '/web'), undefined);
    assert.equal(ownerOf(socket(['10.0.0.1', 99], ['10.0.0.9', 5]), '/gone'), undefined);
    assert.equal(find(socket(['10.0.0.1', 80], ['10.0.0.9', 6]), '/web')?.comm, 'worker-12');
  });

  test('is looked for now and then, however often it is asked for', () => {
    let now = 0;
    const find = createSocketOwners(mount, proc, () => now);
    const ownerOf = (...asked: Parameters<typeof find>) => find(...asked)?.pid;
    const late = socket(['10.0.0.3', 90], ['10.0.0.4', 91]);
    assert.equal(ownerOf(late, '/web'), undefined);
    addProcess(13, [504], { tcp: [line('0300000A:005A', '0400000A:005B', 504)] });
    now = 500;
    assert.equal(ownerOf(late, '/web'), undefined, 'too soon to look again');
    now = 1500;
    assert.equal(ownerOf(late, '/web'), 13);
  });

  test('is not looked for again with each connection to a listener that is known, nor among those that are over', () => {
    let now = 0;
    const timeWait = (port: number) =>
      line('00000000:0050', `0200007F:${port.toString(16)}`, 0).replace(' 01 ', ' 06 ');
    mkdirSync(join(mount, 'busy'), { recursive: true });
    writeFileSync(join(mount, 'busy/cgroup.procs'), '14\n');
    addProcess(14, [505], {
      tcp: [...Array.from({ length: 50 }, (_, i) => timeWait(4096 + i)), line('00000000:0050', '00000000:0000', 505)],
    });
    const find = createSocketOwners(mount, proc, () => now);
    assert.equal(find(socket(['10.0.0.1', 80], ['127.0.0.2', 4100]), '/busy')?.pid, 14);
    writeFileSync(join(mount, 'busy/cgroup.procs'), '');
    now = 5_000;
    assert.equal(find(socket(['10.0.0.1', 80], ['10.0.0.9', 7]), '/busy')?.pid, 14);
    now = 20_000;
    assert.equal(find(socket(['10.0.0.1', 80], ['10.0.0.9', 8]), '/busy'), undefined);
  });
});

describe('addresses as /proc/net writes them', () => {
  test('words in host byte order', () => {
    assert.equal(readProcAddress('0100007F:1F90'), '127.0.0.1 8080');
    assert.equal(readProcAddress('00000000000000000000000001000000:0050'), '::1 80');
    assert.equal(readProcAddress('010000FD0000020000000000CDAB0000:0001'), 'fd00:1:2::abcd 1');
    assert.equal(readProcAddress('0000000000000000FFFF00000100000A:0051'), '10.0.0.1 81');
    assert.equal(readProcAddress('00000000000000000000000000000000:0000'), ':: 0');
  });
});
