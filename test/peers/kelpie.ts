/** The built product, started as a person or a script starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const dist = join(import.meta.dirname, '../../dist');

export const kelpieCli = join(dist, 'kelpie.js');
export const agentBundle = join(dist, 'agent.js');

export interface Captured {
  /** Rows so far, as parsed JSON lines. */
  readonly rows: readonly Record<string, unknown>[];
  /** Resolves once the rows satisfy the check; rejects with a summary after `timeoutMs`. */
  until(check: (rows: readonly Record<string, unknown>[]) => boolean, timeoutMs?: number): Promise<void>;
  readonly stderr: () => string;
  /** Ends the command as ctrl-c does; resolves with its exit code. */
  stop(): Promise<number>;
}

/** `kelpie get http … -o jsonl --follow` with the given source flags. */
export function follow(args: readonly string[]): Captured {
  if (!existsSync(kelpieCli)) throw new Error('dist/kelpie.js is missing: npm run build');
  const child = spawn(process.execPath, [kelpieCli, 'get', 'http', '--follow', '-o', 'jsonl', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const rows: Record<string, unknown>[] = [];
  const watchers = new Set<() => void>();
  let rest = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) rows.push(JSON.parse(line));
    for (const watcher of watchers) watcher();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  return {
    rows,
    stderr: () => complaint,
    until: (check, timeoutMs = 15_000) =>
      new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(timer);
          watchers.delete(look);
        };
        const look = () => {
          if (!check(rows)) return;
          stop();
          resolve();
        };
        const timer = setTimeout(() => {
          stop();
          reject(
            new Error(`the rows never came (${rows.length} so far, exit ${child.exitCode}); stderr: ${complaint}`),
          );
        }, timeoutMs);
        watchers.add(look);
        look();
      }),
    stop: () => interrupt(child),
  };
}

async function interrupt(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  const [code, signal] = await ended;
  return code ?? (signal ? 130 : 1);
}
