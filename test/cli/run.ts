/** Runs the built `kelpie` as a shell would, and sees what it prints and how it ends. */
import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = `${root}dist/kelpie.js`;

/** Builds what is out of date. Call once per test file. */
export function build(): void {
  execFileSync('sh', [`${root}scripts/build.sh`, '--quiet'], { stdio: 'inherit' });
}

export interface Ran {
  readonly out: string;
  readonly err: string;
  /** Exit code, or 128 + signal. */
  readonly code: number;
}

export interface Running {
  readonly pid: number;
  /** What it printed so far. */
  readonly out: () => string;
  readonly err: () => string;
  kill(signal: NodeJS.Signals): void;
  /** Closes our end of its stdout, as `head` does when it has enough. */
  hangUp(): void;
  readonly ended: Promise<Ran>;
}

/** Starts it; it is killed when it takes longer than 20 s. */
export function start(...args: string[]): Running {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '', TZ: 'UTC' },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ out, err, code: code ?? (signal === 'SIGKILL' ? 137 : 128) });
    });
  });
  return {
    pid: child.pid ?? 0,
    out: () => out,
    err: () => err,
    kill: (signal) => void child.kill(signal),
    hangUp: () => void child.stdout.destroy(),
    ended,
  };
}

export const kelpie = (...args: string[]): Promise<Ran> => start(...args).ended;
