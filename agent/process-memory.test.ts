import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createResidentBytes } from './process-memory.ts';

test('pages of a mapped ring are not of the process, from when it is mapped', () => {
  const proc = mkdtempSync(join(tmpdir(), 'kelpie-proc-'));
  try {
    const tell = (maps: string, smaps: string) => {
      writeFileSync(join(proc, 'maps'), maps);
      writeFileSync(join(proc, 'smaps'), smaps);
    };
    const mapping = '7f131adfd000-7f131bdfe000 r--s 00001000 00:10 12                         anon_inode:bpf-map\n';
    tell('', '');
    const residentBytes = createResidentBytes(proc);
    const own = process.memoryUsage.rss();
    assert.ok(residentBytes() >= own * 0.8);
    tell(mapping, `${mapping}Size:              16388 kB\nRss:               16388 kB\n`);
    assert.ok(residentBytes() <= process.memoryUsage.rss() - (16_388 << 10) + (4 << 20));
  } finally {
    rmSync(proc, { recursive: true });
  }
});

test('where nothing can be read it is what the kernel says', () => {
  assert.ok(createResidentBytes('/nowhere')() >= process.memoryUsage.rss() * 0.8);
});
