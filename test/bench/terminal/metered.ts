/** A program in a pseudo terminal whose every byte is counted and dated, beside the screen those bytes paint. */
import { type IPty, spawn } from '@lydell/node-pty';
import type { Terminal } from '@xterm/headless';
import xterm from '@xterm/headless';

export interface Arrival {
  /** performance.now() when the bytes came out of the pseudo terminal. */
  readonly at: number;
  readonly bytes: number;
}

export interface MeteredTerminal {
  readonly pid: number;
  /** When the program was started, performance.now(). */
  readonly started: number;
  /** Every read so far. */
  readonly arrivals: readonly Arrival[];
  readonly emulator: Terminal;
  press(keys: string): void;
  /** When the bytes arrived that made the screen satisfy the check; rejects with the screen after `timeoutMs`. */
  whenShown(what: (screen: readonly string[]) => boolean, timeoutMs?: number): Promise<number>;
  /** Resolves when the emulator has painted everything that has arrived. */
  painted(): Promise<void>;
  readonly exited: Promise<void>;
  /** Ends the program: asks, then kills. */
  close(): Promise<void>;
}

export interface MeteredOptions {
  readonly columns: number;
  readonly rows: number;
}

export function openMetered(command: readonly string[], { columns, rows }: MeteredOptions): MeteredTerminal {
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  const [file = '', ...args] = command;
  const started = performance.now();
  const pty: IPty = spawn(file, args, {
    cols: columns,
    rows,
    name: 'xterm-256color',
    env: { ...process.env, TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8', NODE_ENV: 'production' },
  });
  const arrivals: Arrival[] = [];
  const watchers = new Set<(at: number) => void>();
  pty.onData((data) => {
    const at = performance.now();
    arrivals.push({ at, bytes: Buffer.byteLength(data) });
    emulator.write(data, () => {
      for (const watcher of watchers) watcher(at);
    });
  });
  // Answers to the program's questions (device attributes, cursor position) go back as a real terminal's would.
  emulator.onData((answer) => pty.write(answer));
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    pty.onExit(() => {
      ended = true;
      resolve();
    });
  });
  const signal = (name: NodeJS.Signals) => {
    if (!ended) pty.kill(name);
  };

  return {
    pid: pty.pid,
    started,
    arrivals,
    emulator,
    press: (keys) => pty.write(keys),
    whenShown: (what, timeoutMs = 20_000) =>
      new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(timer);
          watchers.delete(look);
        };
        const look = (at: number) => {
          if (!what(linesOf(emulator))) return;
          stop();
          resolve(at);
        };
        const fail = (why: string) => {
          stop();
          reject(new Error(`never on screen: ${why}; the screen:\n${linesOf(emulator).join('\n').trimEnd()}`));
        };
        const timer = setTimeout(() => fail(`not within ${timeoutMs} ms`), timeoutMs);
        watchers.add(look);
        look(performance.now());
        // What it said before it ended may still be on its way to the screen.
        void exited.then(() => setTimeout(() => fail('the program ended first'), 100));
      }),
    painted: () => new Promise((resolve) => emulator.write('', resolve)),
    exited,
    close: async () => {
      signal('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), 3_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The screen as text, one string a row. */
export function linesOf({ buffer, rows }: Terminal): string[] {
  const { active } = buffer;
  return Array.from({ length: rows }, (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '');
}
