import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { AppError } from '../../src/domain/errors.ts';
import { netnsOf } from './network.ts';
import type { DemoOptions } from './options.ts';
import type { Pod } from './pods.ts';

/** What a role writes on stdout once it serves. */
export const UP = 'up';

/** A pod holds little; without these V8 plans for a big server. */
const SMALL_HEAP = ['--v8-pool-size=1', '--max-semi-space-size=1', '--max-old-space-size=64'];

/**
 * The shell enters the cgroup, then the network namespace, then becomes the role: a socket belongs to the cgroup in
 * which its process was when it opened the socket, so nothing may run before.
 */
const ENTER = 'echo $$ > "$1/cgroup.procs" && shift && exec nsenter --net="$@"';

export interface PodProcess {
  readonly pod: Pod;
  /** Resolves when the role serves, rejects when it ends before. */
  readonly up: Promise<void>;
  /** Resolves with how it went when the process ends. */
  readonly ended: Promise<string>;
  /** Lets it begin what it does of itself. */
  go(): void;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts one pod's only process. It ends by itself when this process dies, for its stdin is a pipe from here. */
export function startPod(demo: string, pod: Pod, cgroup: string, { seed, rate }: DemoOptions): PodProcess {
  const role = [...process.execArgv, ...SMALL_HEAP, process.argv[1] ?? '', '--pod', pod.name];
  const args = [
    `/run/netns/${netnsOf(demo, pod)}`,
    process.execPath,
    ...role,
    '--seed',
    `${seed}`,
    '--rate',
    `${rate}`,
  ];
  const child = spawn('/bin/sh', ['-c', ENTER, 'sh', cgroup, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environmentOf(pod),
    // Out of the terminal's process group: ctrl-c is for the demo, which then ends its pods in order.
    detached: true,
  });
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `killed by ${signal}` : `exit code ${code}`));
  });
  return {
    pod,
    up: whenUp(child, pod, ended),
    ended,
    go: () => void child.stdin?.write('go\n'),
    stop: () => stop(child),
  };
}

async function whenUp(child: ChildProcess, pod: Pod, ended: Promise<string>): Promise<void> {
  const said = new Promise<string>((resolve) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve(UP);
    });
  });
  const outcome = await Promise.race([said, ended]);
  if (outcome !== UP)
    throw new AppError('demo-failed', { reason: `pod ${pod.namespace}/${pod.name} did not come up: ${outcome}` });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = once(child, 'exit');
  // It holds nothing that a signal could hurt, and while it starts up it does not look at its stdin yet.
  child.kill('SIGKILL');
  await exit;
}

/** What a container would find, and nothing of the machine's own environment: kuard shows it to whoever asks. */
function environmentOf({ namespace, name, address }: Pod): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    HOSTNAME: name,
    POD_NAME: name,
    POD_NAMESPACE: namespace,
    POD_IP: address,
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '443',
  };
}
