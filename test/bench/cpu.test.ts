import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mappedMapBytes, processMemory } from './cpu.ts';

/** As Linux writes them, most lines left out. */
const smaps = `7f131adfd000-7f131bdfe000 r--s 00001000 00:10 12                         anon_inode:bpf-map
Size:              16388 kB
KernelPageSize:        4 kB
Rss:               16388 kB
Pss:               16388 kB
VmFlags: rd sh mr ms pf io de dd
7f135a61b000-7f135a61c000 rw-s 00000000 00:10 12                         anon_inode:bpf-map
Size:                  4 kB
Rss:                   4 kB
7f135a61c000-7f135a71c000 rw-p 00000000 00:00 0
Size:               1024 kB
Rss:                1000 kB
`;

test('pages of maps are told from those of the process', () => {
  assert.equal(mappedMapBytes(smaps), 16_392 * 1024);
  assert.equal(mappedMapBytes(''), 0);
});

test('a process that has mapped none has all its memory', () => {
  const { rss, peak } = processMemory(process.pid);
  const own = process.memoryUsage.rss();
  assert.ok(Math.abs(rss - own) < 0.2 * own, `${rss} of ${own}`);
  assert.ok(peak >= rss);
});
