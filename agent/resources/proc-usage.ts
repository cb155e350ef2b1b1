/** What processes use, added up: for containers that no controller accounts for (proc_pid_stat(5), proc_pid_statm(5), proc_pid_io(5)). */
import { fieldOf, readText } from './read-file.ts';
import type { Usage } from './usage.ts';

/** USER_HZ is 100 on every architecture Linux runs on. */
const tickNanos = 1e9 / 100;
const pageBytes = pageSize();

interface Totals {
  readonly cpuNanos: number;
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly majorFaults: number;
}

export interface ProcUsage {
  /** Adds up these processes. Rising figures go on rising when a process ends: what it used stays used. */
  of(pids: readonly number[]): Usage;
}

/** For one container. */
export function createProcUsage(proc = '/proc'): ProcUsage {
  const last = new Map<number, Totals>();
  const sums = { cpuNanos: 0, readBytes: 0, writeBytes: 0, majorFaults: 0 };
  return {
    of(pids) {
      let anonymous = 0;
      let shared = 0;
      let threads = 0;
      const alive = new Set(pids);
      for (const pid of pids) {
        const stat = statOf(proc, pid);
        if (stat === undefined) continue;
        const io = readText(`${proc}/${pid}/io`);
        const totals: Totals = {
          cpuNanos: stat.cpuNanos,
          majorFaults: stat.majorFaults,
          readBytes: fieldOf(io, 'read_bytes:') ?? 0,
          writeBytes: fieldOf(io, 'write_bytes:') ?? 0,
        };
        const before = last.get(pid);
        for (const name of ['cpuNanos', 'readBytes', 'writeBytes', 'majorFaults'] as const) {
          sums[name] += Math.max(0, totals[name] - (before?.[name] ?? 0));
        }
        last.set(pid, totals);
        threads += stat.threads;
        const [, resident = 0, file = 0] = (readText(`${proc}/${pid}/statm`) ?? '').split(' ').map(Number);
        anonymous += Math.max(0, resident - file) * pageBytes;
        // Pages of files are mostly the same ones in every process of a container.
        shared = Math.max(shared, file * pageBytes);
      }
      for (const pid of last.keys()) if (!alive.has(pid)) last.delete(pid);
      return { ...sums, anonymous, memory: anonymous + shared, threads };
    },
  };
}

/** Node does not tell: the agent's own memory in bytes by the same in pages, to the next power of two. */
function pageSize(): number {
  const resident = Number((readText('/proc/self/statm') ?? '').split(' ')[1]);
  const size = 2 ** Math.round(Math.log2(process.memoryUsage.rss() / resident));
  return size >= 4096 && size <= 65_536 ? size : 4096;
}

/** The command may hold anything, parentheses too: fields are counted from the last one. */
function statOf(proc: string, pid: number): { cpuNanos: number; majorFaults: number; threads: number } | undefined {
  const text = readText(`${proc}/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // fields[0] is the third of proc_pid_stat(5): majflt is 12, utime 14, stime 15, num_threads 20.
  const at = (field: number): number => Number(fields[field - 3] ?? 0) || 0;
  return { cpuNanos: (at(14) + at(15)) * tickNanos, majorFaults: at(12), threads: at(20) };
}
