/** A cgroup's files in the unified hierarchy (Linux, Documentation/admin-guide/cgroup-v2.rst). */
import { fieldOf, numberIn, readNumber, readText } from './read-file.ts';
import type { Usage } from './usage.ts';

/** `directory` is the cgroup's. Controllers that are not enabled for it leave their figures out; `cpu.stat` is always there. */
export function usageV2(directory: string): Usage {
  const cpu = readText(`${directory}/cpu.stat`);
  const micros = (value: number | undefined) => (value === undefined ? undefined : value * 1000);
  const current = readNumber(`${directory}/memory.current`);
  const memory = current === undefined ? undefined : readText(`${directory}/memory.stat`);
  return {
    cpuNanos: micros(fieldOf(cpu, 'usage_usec')),
    throttledNanos: micros(fieldOf(cpu, 'throttled_usec')),
    cpuLimit: cpuLimit(readText(`${directory}/cpu.max`)),
    memory: current === undefined ? undefined : Math.max(0, current - (fieldOf(memory, 'inactive_file') ?? 0)),
    anonymous: fieldOf(memory, 'anon'),
    majorFaults: fieldOf(memory, 'pgmajfault'),
    memoryLimit: current === undefined ? undefined : readNumber(`${directory}/memory.max`),
    oomKills: current === undefined ? undefined : fieldOf(readText(`${directory}/memory.events`), 'oom_kill'),
    threads: readNumber(`${directory}/pids.current`),
    ...io(readText(`${directory}/io.stat`)),
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
