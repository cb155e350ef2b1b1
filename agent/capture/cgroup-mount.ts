/** Where cgroup v2 is mounted: alone at /sys/fs/cgroup, or beside v1 at /sys/fs/cgroup/unified. */
import { readFileSync } from 'node:fs';

/**
 * Mount point of the whole cgroup v2 tree from the text of /proc/self/mountinfo (proc(5)); undefined if there is none.
 * A mount of a part of the tree, as inside containers, serves only if there is no other.
 */
export function findCgroupMount(mountinfo: string): string | undefined {
  const mounts = mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields[fields.indexOf('-', 6) + 1] === 'cgroup2')
    .map((fields) => ({ root: fields[3] ?? '', mountPoint: unescapeOctal(fields[4] ?? '') }));
  return (mounts.find(({ root }) => root === '/') ?? mounts[0])?.mountPoint;
}

/** The same for this process. */
export function cgroupMount(): string | undefined {
  return findCgroupMount(readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** What a person does where none is mounted, from the same text: beside the controllers of v1, or alone. */
export function mountRemedy(mountinfo: string): string {
  const isTaken = mountinfo.split('\n').some((line) => /^\/sys\/fs\/cgroup(\/|$)/.test(line.split(' ')[4] ?? ''));
  return isTaken
    ? 'Mount it (v1 controllers stay as they are): mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified'
    : 'Mount it: mount -t cgroup2 none /sys/fs/cgroup';
}

/** Space, tab, newline and backslash are written as octal escapes there. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
