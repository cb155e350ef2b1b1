/** kubectl and kelpie as a person or a script runs them, on the cluster that KUBECONFIG leads to. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { kelpieCli } from '../peers/kelpie.ts';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** Runs to its end. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...options.env }, stdio: 'pipe' });
    let [out, err] = ['', ''];
    const timer = setTimeout(() => child.kill('SIGINT'), options.timeoutMs ?? 180_000);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 130, out, err });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

export const kelpie = (args: readonly string[], options?: RunOptions): Promise<Outcome> =>
  run(process.execPath, [kelpieCli, ...args], options);

/** Its standard output; fails with what it said when it failed. */
export async function kubectl(args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, out, err } = await run('kubectl', args, options);
  assert.equal(code, 0, `kubectl ${args.join(' ')}: ${err}`);
  return out;
}

export const apply = (objects: readonly object[]): Promise<string> =>
  kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) });

export async function json<T>(args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl([...args, '-o', 'json'])) as T;
}

/** Asks until the check holds; fails with what was asked last. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  check: (answer: T) => boolean,
  timeoutMs = 90_000,
): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; ) {
    const answer = await ask();
    if (check(answer)) return answer;
    if (Date.now() > end) assert.fail(`${what} never came: ${JSON.stringify(answer).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
