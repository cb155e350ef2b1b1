import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type CgroupWatch, watchCgroups } from './cgroup-watch.ts';

describe('new cgroups', () => {
  let mount: string;
  let heard: Map<string, number>;
  let watching: CgroupWatch | undefined;
  const make = (path: string): number => {
    mkdirSync(join(mount, path), { recursive: true });
    return statSync(join(mount, path)).ino;
  };
  const start = (top = '/') => {
    watching = watchCgroups({
      mount,
      top,
      isLeaf: (path) => path.endsWith('/container'),
      onCgroup: (path, id) => void heard.set(path, id),
    });
  };
  const until = async (what: string, check: () => boolean) => {
    for (let i = 0; i < 400 && !check(); i += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(check(), `${what}; heard of ${[...heard.keys()].join(' ')}`);
  };
  beforeEach(() => {
    mount = mkdtempSync(join(tmpdir(), 'kelpie-cgroup-watch-'));
    heard = new Map();
  });
  afterEach(() => {
    watching?.stop();
    rmSync(mount, { recursive: true, force: true });
  });

  test('are heard of when they are made, those below them too, and those that were there', async () => {
    const there = make('/pods/one');
    start();
    assert.equal(heard.get('/pods/one'), there);
    const container = make('/pods/two/container');
    await until('the container', () => heard.get('/pods/two/container') === container);
    assert.ok(heard.has('/pods/two'));
  });

  test('that are gone at once are no trouble, and made again they are another', async () => {
    make('/pods');
    start('/pods');
    for (let i = 0; i < 20; i += 1) {
      make(`/pods/brief-${i}`);
      rmdirSync(join(mount, `/pods/brief-${i}`));
    }
    const last = make('/pods/last');
    await until('the last', () => heard.get('/pods/last') === last);
    rmdirSync(join(mount, '/pods/last'));
    make('/pods/other');
    const again = make('/pods/last');
    await until('it again', () => heard.get('/pods/last') === again);
    const below = make('/pods/last/container');
    await until('what is below it', () => heard.get('/pods/last/container') === below);
  });

  test('a container’s own cgroups, and files, are not looked at', async () => {
    make('/pods/a/container');
    start();
    make('/pods/a/container/inner');
    writeFileSync(join(mount, 'pods/a/cgroup.procs'), '');
    const next = make('/pods/b');
    await until('the next pod', () => heard.get('/pods/b') === next);
    assert.ok(!heard.has('/pods/a/container/inner'));
    assert.ok(!heard.has('/pods/a/cgroup.procs'));
  });
});
