/** An agent of our own: started on a socket in the run's folder, started again when it dies under us. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from './child-process.ts';
import type { RuntimeFolder } from './runtime-folder.ts';

export interface AgentProcess {
  /** Where it listens; the same over restarts. */
  readonly address: string;
  /** Resolves with a sentence when it ended without being told to and is not started again. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface AgentProcessOptions {
  /** What it captures and how: everything but where it listens. */
  readonly args: readonly string[];
  readonly folder: RuntimeFolder;
  readonly signal: AbortSignal;
  /** Start it again when it dies (killed, out of memory). Not where a restart would overwrite what it wrote. */
  readonly restart: boolean;
}

/** Waits between restarts, ms: doubled from first to most, and from the first again after a minute of good life. */
const restartWaits = { first: 500, most: 10_000, goodLife: 60_000 };

/** @throws AppError when it cannot start */
export async function startAgent({ args, folder, signal, restart }: AgentProcessOptions): Promise<AgentProcess> {
  const address = `unix:${join(folder.path, 'agent.sock')}`;
  const start = () => startChild('agent.js', [...args, '--listen', address, '--stdin-watch'], folder, stopping.signal);
  const stopping = new AbortController();
  const forward = () => stopping.abort(signal.reason);
  if (signal.aborted) forward();
  signal.addEventListener('abort', forward, { once: true });
  let child: Child | undefined = await start();
  signal.removeEventListener('abort', forward);

  /** Follows one life after the other. */
  const live = async (): Promise<string> => {
    let wait = restartWaits.first;
    for (;;) {
      const since = performance.now();
      const how: string = await (child?.ended ?? 'it did not start');
      if (!restart || stopping.signal.aborted) return how;
      // A native crash leaves no word of its own.
      note(folder, `the agent is gone: ${how}; starting it again`);
      if (performance.now() - since > restartWaits.goodLife) wait = restartWaits.first;
      await pause(wait, stopping.signal);
      wait = Math.min(restartWaits.most, wait * 2);
      if (stopping.signal.aborted) return how;
      child = await start().catch(() => undefined);
    }
  };
  const life = live();

  return {
    address,
    ended: life.then((how) => (stopping.signal.aborted ? new Promise<string>(() => undefined) : how)),
    async stop() {
      stopping.abort(new Error('stopped'));
      await child?.stop();
      await life;
    },
  };
}

/** Resolves after the time or at the abort. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) done();
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Keeps a line in the agent's log; a full disk is no reason to stop. */
function note(folder: RuntimeFolder, line: string): void {
  try {
    appendFileSync(join(folder.path, 'agent.log'), `${new Date().toISOString()} ${line}\n`);
  } catch {
    // Nowhere left to say it.
  }
}
