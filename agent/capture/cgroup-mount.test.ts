import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCgroupMount, mountRemedy } from './cgroup-mount.ts';

test('pure v2', () => {
  const line = '29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';
  assert.equal(findCgroupMount(`22 1 8:1 / / rw - ext4 /dev/sda1 rw\n${line}\n`), '/sys/fs/cgroup');
});

test('hybrid: beside v1', () => {
  const lines = [
    '32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu',
    '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
  ];
  assert.equal(findCgroupMount(lines.join('\n')), '/sys/fs/cgroup/unified');
});

test('the whole tree is preferred to a part of it', () => {
  const lines = [
    '50 40 0:26 /kubepods/pod1 /sys/fs/cgroup rw master:4 propagate_from:2 - cgroup2 cgroup rw',
    '51 40 0:26 / /host/sys/fs/with\\040space rw - cgroup2 cgroup rw',
  ];
  assert.equal(findCgroupMount(lines.join('\n')), '/host/sys/fs/with space');
});

test('none', () => {
  assert.equal(findCgroupMount('32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n'), undefined);
  assert.equal(findCgroupMount(''), undefined);
});

test('where it is missing it is mounted beside v1, or alone where nothing is: no directory can be made in sysfs', () => {
  const lines = [
    '31 23 0:28 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755',
    '32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu',
  ];
  assert.match(mountRemedy(lines.join('\n')), /mount -t cgroup2 none \/sys\/fs\/cgroup\/unified$/);
  assert.match(mountRemedy('22 1 0:21 / /sys rw - sysfs sysfs rw\n'), /: mount -t cgroup2 none \/sys\/fs\/cgroup$/);
});
