import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createCgroupTree } from './cgroup-names.ts';

describe('cgroup names', () => {
  let mount: string;
  let now = 0;
  const make = (path: string): number => {
    mkdirSync(join(mount, path), { recursive: true });
    return statSync(join(mount, path)).ino;
  };
  beforeEach(() => {
    mount = mkdtempSync(join(tmpdir(), 'kelpie-cgroup-'));
    now = 0;
  });
  afterEach(() => rmSync(mount, { recursive: true, force: true }));

  test('are found by inode, below the top only', () => {
    const inside = make('/pods/shop/api');
    const outside = make('/system/cron');
    const tree = createCgroupTree(mount, '/pods');
    assert.equal(tree.pathOf(inside), '/pods/shop/api');
    assert.equal(tree.pathOf(outside), undefined);
  });

  test('a new one is found, but a flood of unknown ids does not walk the tree each time', () => {
    make('/pods');
    const tree = createCgroupTree(mount, '/', undefined, () => now);
    tree.refresh();
    const later = make('/pods/later');
    assert.equal(tree.pathOf(later), undefined, 'too soon after the last walk');
    now += 1000;
    assert.equal(tree.pathOf(later), '/pods/later');
  });

  test('one that is gone keeps its name', () => {
    const gone = make('/pods/gone');
    const tree = createCgroupTree(mount, '/', undefined, () => now);
    tree.refresh();
    rmdirSync(join(mount, '/pods/gone'));
    tree.refresh();
    assert.equal(tree.pathOf(gone), '/pods/gone');
  });

  test('each is told once', () => {
    const shop = make('/shop');
    const told: string[] = [];
    const tree = createCgroupTree(mount, '/', (cgroupId, path) => told.push(`${cgroupId} ${path}`));
    tree.refresh();
    tree.refresh();
    assert.deepEqual(told, [`${statSync(mount).ino} /`, `${shop} /shop`]);
  });

  test('a top that does not exist names nothing', () => {
    assert.equal(createCgroupTree(mount, '/nowhere').pathOf(1), undefined);
  });
});
