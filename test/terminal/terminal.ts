/** A person at a terminal: runs a program in a pseudo terminal, presses keys, reads the screen as xterm shows it. */
import { type IPty, spawn } from '@lydell/node-pty';
import xterm, { type Terminal } from '@xterm/headless';

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Keep what the program writes, for `output`. */
  readonly record?: boolean;
}

export interface PersonAtTerminal {
  readonly pid: number;
  /** Bytes the program wrote so far. */
  readonly written: () => number;
  /** Those bytes, one character each, if `record` was set; `from` skips as many. */
  readonly output: (from?: number) => string;
  /** Types text or sends raw key bytes ("\r" enter, "\x1b" escape). */
  press(keys: string): void;
  /** The screen, one string per row, right side trimmed. */
  screen(): string[];
  /** The emulator, for cells and colours. */
  readonly emulator: Terminal;
  /** Resolves when the screen satisfies the check; rejects with the screen's content after `timeoutMs`. */
  waitFor(what: string | RegExp | ((screen: string[]) => boolean), timeoutMs?: number): Promise<string[]>;
  resize(columns: number, rows: number): void;
  /** Resolves with the exit code (or 128 + signal) when the program ends. */
  readonly exited: Promise<number>;
  kill(signal?: NodeJS.Signals): void;
}

/** Starts a program in a pseudo terminal of the given size (default 120×32, TERM=xterm-256color). */
export function openTerminal(file: string, args: readonly string[], options: TerminalOptions = {}): PersonAtTerminal {
  const { columns = 120, rows = 32 } = options;
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 200 });
  const pty: IPty = spawn(file, [...args], {
    cols: columns,
    rows,
    name: 'xterm-256color',
    cwd: options.cwd ?? process.cwd(),
    // Bytes as they are: a lone control byte must not be turned into U+FFFD on its way.
    encoding: null,
    env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...options.env },
  });
  let bytes = 0;
  const recorded: Buffer[] = [];
  /** Beginning of a character of which the rest is still to come: xterm loses some of those that come in two pieces. */
  let cut: Buffer = Buffer.alloc(0);
  const watchers = new Set<() => void>();
  pty.onData((data) => {
    // node-pty hands over a Buffer when there is no encoding; its types do not know.
    const chunk = Buffer.from(data as unknown as Uint8Array);
    bytes += chunk.length;
    if (options.record) recorded.push(chunk);
    const whole = Buffer.concat([cut, chunk]);
    const end = whole.length - unfinished(whole);
    cut = whole.subarray(end);
    emulator.write(whole.subarray(0, end), () => {
      for (const watcher of watchers) watcher();
    });
  });
  // Answers to the program's questions (device attributes, cursor position) go back as a real terminal's would.
  emulator.onData((answer) => pty.write(answer));
  const exited = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode));
  });

  let whole: string[] | undefined;
  // Within a synchronized update (private mode 2026) a terminal goes on showing what it showed before.
  const screen = () => {
    if (!whole || !emulator.modes.synchronizedOutputMode) whole = readScreen(emulator);
    return whole;
  };
  const waitFor: PersonAtTerminal['waitFor'] = (what, timeoutMs = 15_000) =>
    new Promise((resolve, reject) => {
      const holds = toCheck(what);
      const look = () => {
        const now = screen();
        if (!holds(now)) return;
        stop();
        resolve(now);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`the screen never showed ${String(what)}; it shows:\n${screen().join('\n')}`));
      }, timeoutMs);
      const stop = () => {
        clearTimeout(timer);
        watchers.delete(look);
      };
      watchers.add(look);
      look();
    });

  return {
    pid: pty.pid,
    written: () => bytes,
    output: (from = 0) => Buffer.concat(recorded).toString('latin1', from),
    press: (keys) => pty.write(keys),
    screen,
    emulator,
    waitFor,
    resize: (toColumns, toRows) => {
      emulator.resize(toColumns, toRows);
      pty.resize(toColumns, toRows);
    },
    exited,
    kill: (signal = 'SIGTERM') => {
      try {
        process.kill(pty.pid, signal);
      } catch {
        // It has ended already.
      }
    },
  };
}

function readScreen(emulator: Terminal): string[] {
  const buffer = emulator.buffer.active;
  return Array.from(
    { length: emulator.rows },
    (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '',
  );
}

function toCheck(what: string | RegExp | ((screen: string[]) => boolean)): (screen: string[]) => boolean {
  if (typeof what === 'function') return what;
  if (typeof what === 'string') return (screen) => screen.some((line) => line.includes(what));
  return (screen) => what.test(screen.join('\n'));
}

/** Bytes at the end that begin a UTF-8 character without ending it (RFC 3629 §3). */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}
