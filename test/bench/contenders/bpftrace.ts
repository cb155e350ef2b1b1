/**
 * bpftrace on tracepoints: what tracing every system call costs, and what the tracepoint of tcplife costs. Distributions' tcplife needs
 * kprobes or kernel headers; where they are missing the same lifespans come from sock:inet_sock_set_state, as its newer version does it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../lab/process.ts';
import { until } from '../scope.ts';
import { compareCounts, type Sent } from '../sequence.ts';
import { port } from '../servers.ts';
import { type Contender, type Harvest, nothingSeen, type Place } from './contender.ts';
import { missingProgram } from './installed.ts';

const countCalls = 'tracepoint:raw_syscalls:sys_enter { @calls[pid] = count(); }';

/** States of TCP (net/tcp_states.h): 1 established, 7 closed. One line for each connection when it ends, the server's end of it alone. */
const lifespans = `
tracepoint:sock:inet_sock_set_state /args->protocol == 6 && args->newstate == 1/ { @born[args->skaddr] = nsecs; }
tracepoint:sock:inet_sock_set_state /args->protocol == 6 && args->newstate == 7 && @born[args->skaddr]/ {
  if (args->sport == ${port}) { printf("life %d %d\\n", args->dport, (nsecs - @born[args->skaddr]) / 1000); }
  delete(@born[args->skaddr]);
}`;

/** The file system of tracepoints is not mounted everywhere; a mount namespace of its own leaves the machine as it was. */
const withTracepoints =
  '[ -d /sys/kernel/tracing/events ] || mount -t tracefs nodev /sys/kernel/tracing || exit 3; exec "$@"';

/** Starts bpftrace with the script and waits until its probes are in. */
async function trace(script: string, { group, folder, scope }: Place) {
  const output = join(folder, 'bpftrace.txt');
  const command = ['unshare', '-m', 'sh', '-c', withTracepoints, 'sh', 'bpftrace', '-B', 'full', '-e', script];
  const run = launch(command, { group, output });
  scope.defer('bpftrace', async () => void (await run.stop('SIGINT')));
  const said = () => (existsSync(output) ? readFileSync(output, 'utf8') : '');
  // Its first line is written with the first buffer only: what it holds open tells that it runs.
  await until(
    'bpftrace tracing',
    () => {
      if (run.child.exitCode !== null) throw new Error(`bpftrace ended: ${run.stderr()}${said()}`);
      return group.pids().some(holdsPrograms);
    },
    20_000,
  );
  return { run, said };
}

/** Whether the process has a perf event or BPF program attached. */
function holdsPrograms(pid: number): boolean {
  try {
    return /VmRSS/.test(readFileSync(`/proc/${pid}/status`, 'utf8')) && hasPerfEvent(pid);
  } catch {
    return false;
  }
}

function hasPerfEvent(pid: number): boolean {
  for (let file = 3; file < 64; file += 1) {
    const info = `/proc/${pid}/fdinfo/${file}`;
    if (existsSync(info) && /^prog_type:|^perf_event|^link_type:/m.test(readFileSync(info, 'utf8'))) return true;
  }
  return false;
}

export const bpftrace: Contender = {
  name: 'bpftrace',
  title: 'bpftrace (counts system calls per process)',
  captures: false,
  missing: () => missingProgram('bpftrace'),
  start: async (place) => {
    const { run } = await trace(countCalls, place);
    return {
      finish: async () => {
        await run.stop('SIGINT');
        return nothingSeen;
      },
    };
  },
};

export const tcplife: Contender = {
  name: 'tcplife',
  title: "tcplife's tracepoint, by bpftrace (a line per connection)",
  captures: true,
  perConnection: true,
  missing: () => missingProgram('bpftrace'),
  start: async (place) => {
    const { run, said } = await trace(lifespans, place);
    return {
      finish: async (): Promise<Harvest> => {
        await run.stop('SIGINT');
        const lives = said().match(/^life /gm)?.length ?? 0;
        const dropped = Number(/Lost (\d+) events/.exec(run.stderr() + said())?.[1] ?? 0);
        const sightings = { compare: (sent: Sent) => compareCounts(sent, lives) };
        return { sightings, losses: dropped ? { 'lost-events': dropped } : {}, notes: { lives } };
      },
    };
  },
};
