import { findCgroupMount, mountRemedy } from '../../capture/cgroup-mount.ts';
import type { Machine } from '../machine.ts';
import type { Check } from '../report.ts';

export function checkCgroup2(machine: Machine): Check {
  const about = { id: 'cgroup2', group: 'capture', title: 'cgroup v2' } as const;
  const mountinfo = machine.read('/proc/self/mountinfo') ?? '';
  const mount = findCgroupMount(mountinfo);
  if (mount) {
    const hybrid = / - cgroup /.test(mountinfo);
    return { ...about, status: 'ok', found: `${mount}${hybrid ? ' (hybrid: v1 controllers beside it)' : ''}` };
  }
  if (!/\bcgroup2$/m.test(machine.read('/proc/filesystems') ?? ''))
    return {
      ...about,
      status: 'fail',
      found: 'unknown to this kernel',
      remedy: 'Run a kernel with CONFIG_CGROUPS and CONFIG_CGROUP_BPF.',
    };
  return { ...about, status: 'fail', found: 'not mounted', remedy: mountRemedy(mountinfo) };
}
