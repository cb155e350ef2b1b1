/** A process started inside a cgroup and, where asked, inside a network namespace and on one CPU. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { sleep } from '../scope.ts';
import type { Group } from './cgroup.ts';

export interface LaunchOptions {
  readonly group: Group;
  /** Network namespace to enter. */
  readonly netns?: string | undefined;
  /** CPU to stay on. */
  readonly cpu?: number | undefined;
  /** File for stdout instead of a pipe. */
  readonly output?: string;
}

export interface Launched {
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it wrote to stdout (where it has no file) and stderr so far, the last 64 KiB each. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Exit code, or 128 + signal number unknown as -1. */
  readonly exited: Promise<number>;
  /** Sends the signal, waits, and kills after `timeoutMs`. */
  stop(signal?: NodeJS.Signals, timeoutMs?: number): Promise<number>;
}

/** Starts `command` in its own session, so that ctrl-c at the suite reaches it through the suite's clean-up only. */
export function launch(command: readonly string[], { group, netns, cpu, output }: LaunchOptions): Launched {
  const wrapped = [
    ...['/bin/sh', '-c', 'echo 0 >"$0/cgroup.procs" && exec "$@"', group.path],
    ...(netns ? ['nsenter', `--net=${netns}`] : []),
    ...(cpu === undefined ? [] : ['taskset', '-c', String(cpu)]),
    ...command,
  ];
  const file = output === undefined ? undefined : openSync(output, 'w');
  const [program = '', ...args] = wrapped;
  const child = spawn(program, args, { stdio: ['pipe', file ?? 'pipe', 'pipe'], detached: true });
  if (file !== undefined) closeSync(file);
  const stdout = keepTail(child.stdout);
  const stderr = keepTail(child.stderr);
  child.stdin?.on('error', () => {});
  const exited = new Promise<number>((resolve) => {
    child.on('error', () => resolve(-1));
    child.on('exit', (code) => resolve(code ?? -1));
  });
  return {
    pid: child.pid ?? 0,
    child,
    stdout,
    stderr,
    exited,
    stop: async (signal = 'SIGTERM', timeoutMs = 10_000) => {
      child.kill(signal);
      const inTime = await Promise.race([exited.then(() => true), sleep(timeoutMs).then(() => false)]);
      if (!inTime) child.kill('SIGKILL');
      return exited;
    },
  };
}

function keepTail(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    text = (text + chunk).slice(-65_536);
  });
  return () => text;
}
