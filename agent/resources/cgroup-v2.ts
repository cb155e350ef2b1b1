/** A cgroup's files in the unified hierarchy (Linux, Documentation/admin-guide/cgroup-v2.rst). */
import { type Files, fieldOf, numberIn } from './read-file.ts';
import type { Usage } from './usage.ts';

/** Controllers that are not enabled for it leave their figures out; `cpu.stat` is always there. */
export function usageV2(files: Files): Usage {
  const cpu = files.text('cpu.stat');
  const micros = (value: number | undefined) => (value === undefined ? undefined : value * 1000);
  const current = files.number('memory.current');
  const memory = current === undefined ? undefined : files.text('memory.stat');
  return {
    cpuNanos: micros(fieldOf(cpu, 'usage_usec')),
    throttledNanos: micros(fieldOf(cpu, 'throttled_usec')),
    cpuLimit: cpuLimit(files.text('cpu.max')),
    memory: current === undefined ? undefined : Math.max(0, current - (fieldOf(memory, 'inactive_file') ?? 0)),
    anonymous: fieldOf(memory, 'anon'),
    majorFaults: fieldOf(memory, 'pgmajfault'),
    memoryLimit: current === undefined ? undefined : files.number('memory.max'),
    oomKills: current === undefined ? undefined : fieldOf(files.text('memory.events'), 'oom_kill'),
    threads: files.number('pids.current'),
    ...io(files.text('io.stat')),
  };
}

/** "max 100000" or "50000 100000": quota and period, µs. */
function cpuLimit(text: string | undefined): number | undefined {
  const [quota, period] = (text ?? '').trim().split(' ');
  const limit = (numberIn(quota) ?? Number.NaN) / (numberIn(period) ?? Number.NaN);
  return Number.isFinite(limit) ? limit : undefined;
}

/** "8:0 rbytes=1 wbytes=2 rios=3 …", one line a device. */
function io(text: string | undefined): Pick<Usage, 'readBytes' | 'writeBytes'> {
  if (text === undefined) return {};
  return { readBytes: sumOf(text, /\brbytes=(\d+)/g), writeBytes: sumOf(text, /\bwbytes=(\d+)/g) };
}

export function sumOf(text: string, pattern: RegExp): number {
  let sum = 0;
  for (const [, number] of text.matchAll(pattern)) sum += Number(number);
  return sum;
}
