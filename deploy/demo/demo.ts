import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src/domain/errors.ts';
import { cgroup2Mount, createCgroup } from './cgroup.ts';
import { demoName, outsideOf, removeDemo, sweepLeftovers } from './leftovers.ts';
import { createNetwork } from './network.ts';
import type { DemoOptions } from './options.ts';
import { type PodProcess, startPod } from './pod-process.ts';
import { hosts, type Pod, pods } from './pods.ts';

/**
 * Runs the demo until its stdin ends, it is told to stop, or one of its parts fails; then removes all of it.
 * @param announce called once, when every pod answers, with the ready line.
 * @throws AppError when it cannot start here or a pod died.
 */
export async function runDemo(options: DemoOptions, announce: (line: object) => void): Promise<void> {
  const name = demoName(process.pid);
  const mount = writableMount();
  const start = Promise.withResolvers<void>();
  const told = toldToStop(start.resolve);
  const sweeper = startSweeper(name);
  const running: PodProcess[] = [];
  const stopping = new AbortController();
  try {
    await sweepLeftovers();
    await createNetwork(name, hosts);
    const started = startAll(name, mount, options, running, stopping.signal);
    if ((await Promise.race([started.then(() => 'up'), told])) !== 'up') return;
    announce({
      ready: true,
      cgroup: `/${name}`,
      pods: pods.map((pod) => ({ namespace: pod.namespace, pod: pod.name, ip: pod.address })),
    });
    if (!options.waitForGo) start.resolve();
    void start.promise.then(() => {
      for (const pod of running) pod.go();
    });
    await Promise.race([told, anyEnd(running)]);
  } finally {
    stopping.abort();
    await Promise.all(running.map((pod) => pod.stop()));
    await removeDemo(name);
    sweeper.kill('SIGKILL');
  }
}

/** All at once. */
async function startAll(
  demo: string,
  mount: string,
  options: DemoOptions,
  running: PodProcess[],
  stopping: AbortSignal,
): Promise<void> {
  const start = async (pod: Pod) => {
    stopping.throwIfAborted();
    const cgroup = pod.outside
      ? join(mount, outsideOf(demo), pod.name)
      : join(mount, demo, pod.namespace, pod.name, pod.container);
    createCgroup(cgroup);
    const process = startPod(demo, pod, cgroup, options);
    running.push(process);
    await process.up;
  };
  // Whoever serves comes up at once; the generator then checks that each answers before it says it is up.
  await Promise.all(hosts.map(start));
}

/** Resolves on SIGTERM, SIGINT, SIGHUP or the end of stdin (the parent died or let go). A line on stdin is the word to begin. */
function toldToStop(begin: () => void): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve('stop'));
    process.stdin.once('end', () => resolve('stop')).once('error', () => resolve('stop'));
    process.stdin.on('data', begin);
  });
}

/** Rejects when the first pod ends: a demo with a hole in it would only confuse. */
async function anyEnd(running: readonly PodProcess[]): Promise<never> {
  const { pod, how } = await Promise.race(running.map(async ({ pod, ended }) => ({ pod, how: await ended })));
  throw new AppError('demo-failed', { reason: `pod ${pod.namespace}/${pod.name} ended: ${how}` });
}

/**
 * A shell that waits for this process to go, in whatever way, and then removes what it left. It sits in a session of
 * its own, so that a kill of the whole process group does not take it along.
 */
function startSweeper(name: string) {
  const script = 'read -r _; exec "$@"';
  const command = [process.execPath, ...process.execArgv, process.argv[1] ?? '', '--sweep', name];
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...command], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  child.on('error', () => undefined);
  return child;
}

function writableMount(): string {
  const mount = cgroup2Mount();
  if (!mount)
    throw new AppError('ebpf-unavailable', {
      reason: 'cgroup v2 is not mounted',
      remedy: 'Mount it with: mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified',
    });
  try {
    if (process.getuid?.() !== 0) throw new Error('not root');
    accessSync(mount, constants.W_OK);
    return mount;
  } catch {
    throw new AppError('permission', {
      what: 'making the cgroups and network namespaces of the demo',
      remedy: 'Run as root (sudo); in a container, with --privileged and a writable /sys/fs/cgroup.',
    });
  }
}
