/** A child of ours (agent, demo): started, waited for until it says how its start went, stopped with us. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AppError, appErrorFromData } from '../domain/errors.ts';
import type { RuntimeFolder } from './runtime-folder.ts';

/** How long a child may take until it says that it is up, ms. Network namespaces on a busy machine take seconds. */
const startMs = 60_000;
/** How long a child may take to clean up before it is killed, ms. */
const stopMs = 5_000;

/** What a bundle's process is started with; the agent would start itself again without (agent/process-memory.ts). */
const settings = {
  'agent.js': {
    flags: ['--max-semi-space-size=2', '--max-old-space-size=512', '--v8-pool-size=1'],
    environment: { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '2' },
  },
  'demo.js': { flags: [], environment: {} },
} as const;

export interface Child {
  /** What it said when it was up. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Resolves with a sentence on how it ended. */
  readonly ended: Promise<string>;
  /** Writes a line to its standard input. */
  tell(line: string): void;
  /** Lets it end in order; kills it when it does not. */
  stop(): Promise<void>;
}

/** The bundle beside this one in dist/, or below it when this code runs as a chunk. */
export function bundlePath(name: 'agent.js' | 'demo.js' | 'demo.kelpie'): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const dist = here.endsWith('/chunks/') ? join(here, '..') : here.endsWith('/dist/') ? here : join(here, '../../dist');
  return join(dist, name);
}

/**
 * Starts a bundle. It runs in a session of its own, so that ctrl-c and ctrl-z in the terminal reach only us; it ends when its standard
 * input does, which the kernel closes however we end.
 *
 * @throws AppError its own when it said why it could not start, else `agent-start` with its last words and its log
 */
export async function startChild(
  name: 'agent.js' | 'demo.js',
  args: readonly string[],
  folder: RuntimeFolder,
  signal: AbortSignal,
): Promise<Child> {
  const log = join(folder.path, name.replace('.js', '.log'));
  const logFd = openSync(log, 'a', 0o600);
  const process_ = spawn(process.execPath, [...settings[name].flags, bundlePath(name), ...args], {
    env: { ...settings[name].environment, ...process.env },
    stdio: ['pipe', 'pipe', logFd],
    detached: true,
  });
  closeSync(logFd);
  process_.stdin?.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    process_.once('error', (error) => resolve(error.message));
    process_.once('exit', (code, how) => resolve(how ? `it was ended by ${how}` : `it ended with code ${code}`));
  });
  const stop = () => stopChild(process_, ended);
  try {
    const tell = (line: string) => void process_.stdin?.write(`${line}\n`);
    return { ready: await firstLine(process_, ended, log, signal), ended, tell, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The ready line as an object. */
async function firstLine(
  child: ChildProcess,
  ended: Promise<string>,
  log: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const line = new Promise<string>((resolve) => lines.once('line', resolve));
  const timer = AbortSignal.timeout(startMs);
  const given = AbortSignal.any([signal, timer]);
  const aborted = new Promise<undefined>((resolve) => {
    if (given.aborted) resolve(undefined);
    given.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  // Its last line may still be in the pipe when it is gone: let that be read first.
  const gone = ended.then((how) => new Promise<{ how: string }>((resolve) => setTimeout(resolve, 100, { how })));
  const first = await Promise.race([line, gone, aborted]);
  signal.throwIfAborted();
  if (first === undefined) throw startError(`it said nothing for ${startMs / 1_000} s`, log);
  if (typeof first !== 'string') throw startError(first.how, log);
  const said = parseLine(first);
  if (!said) throw startError(`it said ${JSON.stringify(first.slice(0, 200))}`, log);
  if (said.ready !== true) throw appErrorFromData(said.error) ?? startError('it did not say why', log);
  child.stdout?.resume();
  return said;
}

function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const said: unknown = JSON.parse(line);
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function startError(how: string, log: string): AppError {
  const last = lastLines(log);
  const words = last ? `\n${last}\nIts whole log: ${log}` : '';
  return new AppError('agent-start', { reason: `${how}.${words}` });
}

/** The end of a log, at most ten lines. */
function lastLines(log: string): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
  } catch {
    return '';
  }
}

async function stopChild(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.stdin?.end();
  const terminate = setTimeout(() => child.kill('SIGTERM'), stopMs / 2);
  const kill = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(terminate);
  clearTimeout(kill);
}
