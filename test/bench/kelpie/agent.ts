/** Starts the built agent as the CLI does: one ready line on stdout, logs on stderr, the end of stdin is its end. */
import type { Group } from '../lab/cgroup.ts';
import { launch } from '../lab/process.ts';
import { type Scope, until } from '../scope.ts';
import { product } from './product.ts';

export interface Agent {
  readonly address: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface AgentPlace {
  readonly group: Group;
  readonly scope: Scope;
  /** Absolute path of the unix socket to listen on. */
  readonly socket: string;
}

interface ReadyLine {
  readonly ready: boolean;
  readonly address?: string;
  readonly error?: unknown;
}

/** Starts the agent with these arguments and resolves when it is ready; throws an Error with its own words otherwise. */
export async function startAgent(args: readonly string[], { group, scope, socket }: AgentPlace): Promise<Agent> {
  const command = [
    process.execPath,
    ...profiling(),
    product.agent,
    ...args,
    '--listen',
    `unix:${socket}`,
    '--stdin-watch',
  ];
  const run = launch(command, { group });
  const stop = async () => {
    run.child.stdin?.end();
    await run.stop('SIGTERM');
  };
  scope.defer('agent', stop);
  const line = await until('agent ready', () => {
    if (run.child.exitCode !== null && !run.stdout().includes('\n')) {
      throw new Error(`the agent ended with ${run.child.exitCode}: ${run.stderr()}`);
    }
    return run.stdout().split('\n', 2).length > 1 && run.stdout().split('\n', 1)[0];
  });
  const ready = JSON.parse(line) as ReadyLine;
  if (!ready.ready) throw new Error(`the agent did not start: ${JSON.stringify(ready.error)}`);
  return { address: ready.address ?? `unix:${socket}`, pid: run.pid, stop };
}

/** KELPIE_BENCH_PROFILE=FOLDER writes a CPU profile of each agent there. It slows the agent: leave its figures out. */
function profiling(): string[] {
  return process.env.KELPIE_BENCH_PROFILE ? ['--import', new URL('profile.mjs', import.meta.url).href] : [];
}
