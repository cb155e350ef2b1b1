/** Load at a fixed rate from outside the watched cgroup: h2load speaking HTTP/1.1, each connection asking for /item/0, /item/1, … */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab/lab.ts';
import { launch } from './lab/process.ts';
import { type Sent, targetOf } from './sequence.ts';
import { port } from './servers.ts';

export interface LoadPlan {
  /** Requests per second over all connections; 0 = as fast as answers come. */
  readonly rate: number;
  readonly seconds: number;
  /** Ignored when each request has a connection of its own. */
  readonly connections: number;
  /** Every request opens a connection and closes it. */
  readonly oneEach?: boolean;
  /** Before every path; '' or `warmUpPrefix`. */
  readonly prefix?: string;
}

export interface LoadResult {
  readonly sent: Sent;
  /** Requests per second that were answered. */
  readonly achieved: number;
  readonly succeeded: number;
  readonly seconds: number;
}

/** How many requests as-fast-as-possible runs are planned with, per second: about what one nginx worker answers. */
const unboundedRate = 50_000;

/** Connections that are opened one for each request begin in bunches this often. */
const periodsPerSecond = 20;
const periodMs = `${1_000 / periodsPerSecond}ms`;

/** Runs the load to its end. Throws an Error when the generator fails or a request does. */
export async function runLoad(lab: Lab, plan: LoadPlan): Promise<LoadResult> {
  const { rate, seconds, prefix = '', oneEach = false } = plan;
  const requests = (rate || unboundedRate) * seconds;
  const connections = oneEach ? Math.max(1, Math.round(requests)) : plan.connections;
  const perConnection = Math.max(1, Math.round(requests / connections));
  const list = join(lab.folder, 'uris');
  const base = `http://${lab.net.serverAddress}:${port}${prefix}`;
  writeFileSync(list, Array.from({ length: perConnection }, (_, number) => `${base}${targetOf(number)}\n`).join(''));
  const command = ['h2load', '--h1', '-t', '1', '-i', list, '-c', connections, '-n', perConnection * connections];
  if (oneEach) command.push('-r', Math.max(1, Math.round(rate / periodsPerSecond)), '--rate-period', periodMs);
  else if (rate > 0) command.push('--rps', rate / connections);
  const run = launch(command.map(String), { group: lab.load, netns: lab.net.client, cpu: lab.loadCpu });
  const timeout = setTimeout(() => run.child.kill('SIGKILL'), (seconds * 5 + 10) * 1000);
  const code = await run.exited;
  clearTimeout(timeout);
  const result = parseLoad(run.stdout());
  if (code !== 0 || !result) throw new Error(`h2load failed (exit code ${code}): ${run.stderr()}${run.stdout()}`);
  if (result.succeeded !== perConnection * connections) {
    throw new Error(`h2load: only ${result.succeeded} of ${perConnection * connections} requests succeeded`);
  }
  return { sent: { connections, perConnection, portsRepeat: oneEach }, ...result };
}

/** Reads h2load's closing lines; undefined when they are not there. */
export function parseLoad(text: string): Pick<LoadResult, 'achieved' | 'succeeded' | 'seconds'> | undefined {
  const finished = /finished in ([\d.]+)(us|ms|s|m)?, ([\d.]+) req\/s/.exec(text);
  const succeeded = /(\d+) succeeded/.exec(text);
  if (!finished || !succeeded) return undefined;
  const unit = { us: 1e-6, ms: 1e-3, s: 1, m: 60 }[finished[2] ?? 's'] ?? 1;
  return {
    seconds: Number(finished[1]) * unit,
    achieved: Number(finished[3]),
    succeeded: Number(succeeded[1]),
  };
}
