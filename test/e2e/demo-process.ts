/** Drives the real demo process, as the command line does, and looks for what it could leave behind. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { workloadOfPod } from '../../src/domain/workload.ts';

export interface Ready {
  readonly ready: boolean;
  readonly cgroup: string;
  readonly pods: readonly { readonly namespace: string; readonly pod: string; readonly ip: string }[];
  readonly error?: { readonly code: string; readonly context: Readonly<Record<string, string>> };
}

export interface Demo {
  readonly child: ChildProcess;
  /** The first line on stdout; waits for it. */
  readonly firstLine: Promise<Ready>;
  readonly exited: Promise<number | null>;
  /** Everything written to stderr so far. */
  stderr(): string;
}

/** Bundles the demo as the build does; returns the file, which goes with the process. */
export async function bundleDemo(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'kelpie-e2e-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // Also for the demo without root.
  chmodSync(folder, 0o755);
  const outfile = join(folder, 'demo.js');
  await build({
    entryPoints: ['deploy/demo/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    outfile,
  });
  return outfile;
}

export function startDemo(command: readonly string[]): Demo {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const firstLine = lineOf(child);
  // A demo that is stopped early has none, which is no failure unless somebody waits for it.
  firstLine.catch(() => undefined);
  return {
    child,
    firstLine,
    exited: once(child, 'exit').then(([code]) => code),
    stderr: () => errors,
  };
}

async function lineOf(child: ChildProcess): Promise<Ready> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) return JSON.parse(text.slice(0, end));
  }
  throw new Error(`the demo ended without a line: ${text}`);
}

/** Polls until `probe` gives something other than undefined or false; fails with `what` after `patience` ms. */
export async function until<T>(what: string, probe: () => T | undefined | false, patience = 8000): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const found = probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited ${patience} ms for: ${what}`);
    await delay(20);
  }
}

const unified = '/sys/fs/cgroup/unified';
const mount = existsSync(unified) ? unified : '/sys/fs/cgroup';

/** Directory of a cgroup of the demo. */
export function cgroupDirectory(cgroup: string): string {
  return join(mount, cgroup);
}

/** Pids in a pod's cgroup; its only container is named after its workload. */
export function pidsOf(cgroup: string, namespace: string, pod: string): number[] {
  const container = workloadOfPod(pod);
  const text = readFileSync(join(mount, cgroup, namespace, pod, container, 'cgroup.procs'), 'utf8');
  return text.split('\n').filter(Boolean).map(Number);
}

/** Every trace of a demo: network namespaces, cgroups, processes whose command line or cgroup names it. */
export function tracesOf(name: string): string[] {
  const owned = (entry: string) => entry === name || entry.startsWith(`${name}-`);
  const netns = existsSync('/run/netns') ? readdirSync('/run/netns').filter(owned) : [];
  const cgroups = readdirSync(mount).filter(owned);
  const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && mentions(pid, name));
  return [
    ...netns.map((it) => `netns ${it}`),
    ...cgroups.map((it) => `cgroup ${it}`),
    ...processes.map((it) => `process ${it}`),
  ];
}

function mentions(pid: string, name: string): boolean {
  try {
    const cgroups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    // A zombie has no command line: it ended, and only init has not looked yet.
    if (command === '') return false;
    return cgroups.includes(`/${name}/`) || new RegExp(`${name}(?!\\d)`).test(command);
  } catch {
    return false;
  }
}

/** Runs curl inside a pod's network namespace; returns what it prints. */
export function curl(cgroup: string, pod: string, ...args: readonly string[]): string {
  const netns = `${cgroup.slice(1)}-${pod.replace('/', '-')}`;
  return execFileSync('ip', ['netns', 'exec', netns, 'curl', '-sS', '--max-time', '5', ...args], { encoding: 'utf8' });
}
