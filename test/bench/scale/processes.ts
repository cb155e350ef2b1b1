/** Starts the simulated cluster's processes and talks to them by lines. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Scope, until } from '../scope.ts';
import type { AgentsPlan } from './agents-main.ts';

/** A process that answers each line with one. */
export interface Helper {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: string;
  ask(line: string): Promise<string>;
}

export async function startHelper(
  script: string,
  args: readonly string[],
  scope: Scope,
  readyMs = 60_000,
): Promise<Helper> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', path, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdin.on('error', () => {});
  // A cluster has machines of its own: what stands for it here takes what the terminal leaves.
  if (child.pid) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  scope.defer(script, () => {
    child.stdin.end();
    child.kill();
  });
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text.toString()).slice(-2_000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const next = waiting.shift();
    if (next) next(line);
    else lines.push(line);
  });
  const ready = await until(
    `${script} ready`,
    () => {
      if (child.exitCode !== null) throw new Error(`${script} ended: ${said}`);
      return lines.shift();
    },
    readyMs,
  );
  return {
    pid: child.pid ?? 0,
    ready,
    ask: (line) =>
      new Promise((resolve, reject) => {
        waiting.push(resolve);
        child.once('exit', () => reject(new Error(`${script} ended: ${said}`)));
        child.stdin.write(`${line}\n`);
      }),
  };
}

export interface Simulated {
  readonly folder: string;
  readonly agents: Helper;
  readonly api: Helper;
  readonly kubeconfig: string;
  readonly pods: number;
}

export async function startCluster(plan: AgentsPlan, scope: Scope): Promise<Simulated> {
  const folder = mkdtempSync(join(tmpdir(), 'kelpie-bench-scale-'));
  scope.defer('scale folder', () => rmSync(folder, { recursive: true, force: true }));
  const agents = await startHelper('agents-main.ts', [folder, JSON.stringify(plan)], scope);
  const api = await startHelper('api-server-main.ts', [folder, String(plan.nodes)], scope);
  const [, port, pods] = api.ready.split(' ');
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'scale', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'scale', user: { token: 'none' } }],
      contexts: [{ name: 'scale', context: { cluster: 'scale', user: 'scale' } }],
      'current-context': 'scale',
    }),
  );
  return { folder, agents, api, kubeconfig, pods: Number(pods) };
}
