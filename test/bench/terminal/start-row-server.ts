/** Starts the synthetic agent (row-server.ts). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Scope, until } from '../scope.ts';

const script = fileURLToPath(new URL('row-server.ts', import.meta.url));

export interface RowServer {
  readonly address: string;
  /** Rows a second from now on. */
  setRate(rows: number): void;
  /** Rows that readers have taken so far. */
  sent(): Promise<number>;
  /** What readers asked for, in words. */
  readonly asked: () => string;
}

export async function startRowServer(folder: string, scope: Scope): Promise<RowServer> {
  const address = `unix:${join(folder, 'rows.sock')}`;
  const child = spawn(process.execPath, ['--import', 'tsx', script, address], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  scope.defer('row server', () => {
    child.stdin.end();
    child.kill();
  });
  let ready = false;
  let asked = '';
  let counted: ((rows: number) => void) | undefined;
  child.stderr.on('data', (text: Buffer) => {
    asked += text.toString();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'ready') ready = true;
    else if (line.startsWith('count ')) counted?.(Number(line.slice(6)));
  });
  await until('row server ready', () => {
    if (child.exitCode !== null) throw new Error(`the row server ended: ${asked}`);
    return ready;
  });
  return {
    address,
    setRate: (rows) => void child.stdin.write(`${rows}\n`),
    sent: () =>
      new Promise((resolve) => {
        counted = resolve;
        child.stdin.write('count\n');
      }),
    asked: () => asked,
  };
}
