/**
 * The terminal app on an emulated terminal in this process: press keys, wait for text, read the grid as xterm shows it.
 * Everything runs but the device: the sink writes into the emulator instead.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import xterm, { type Terminal } from '@xterm/headless';
import { createElement } from 'react';
import type { Row } from '../../src/domain/column.ts';
import { type App, createApp } from '../../src/shell/app.ts';
import { AppRoot } from '../../src/shell/app-root.tsx';
import { createStore } from '../../src/store/create-store.ts';
import type { Store } from '../../src/store/store.ts';
import { chooseGlyphs } from '../../src/tui/glyphs.ts';
import { openScreen as openOn } from '../../src/tui/screen.tsx';
import { type ColorDepth, createTheme } from '../../src/tui/theme.ts';
import { type Sink, TtyWriter } from '../../src/tui/tty-writer.ts';
import type { Needs } from '../../src/views/view.ts';

export interface ScreenOptions {
  readonly columns: number;
  readonly rows: number;
  /** default 8: 256 colours. */
  readonly depth?: ColorDepth;
  readonly glyphs?: 'unicode' | 'ascii';
  readonly fetchRow?: (agent: string, table: string, id: string) => Promise<Row>;
  readonly command?: string;
}

export interface Screen {
  readonly app: App;
  readonly store: Store;
  readonly emulator: Terminal;
  /** Queries the app asked the agents, in order. */
  readonly queries: readonly string[];
  /** All that the views wanted of the agents, in order. */
  readonly wants: readonly Needs[];
  readonly copied: readonly string[];
  /** The person's clock goes on. */
  pass(ms: number): void;
  hasQuit(): boolean;
  /** Bytes written so far. */
  bytes(): number;
  /** Publishes the store and waits until the screen shows it. */
  tick(): Promise<void>;
  /** Raw bytes as a terminal sends them; waits until they are answered. */
  press(keys: string): Promise<void>;
  resize(columns: number, rows: number): void;
  /** Resolves once nothing is on its way to the grid any more. */
  settled(): Promise<void>;
  grid(): string[];
  waitFor(what: string | RegExp, timeoutMs?: number): Promise<string[]>;
  close(): Promise<void>;
}

export async function openScreen(options: ScreenOptions): Promise<Screen> {
  const { columns, rows } = options;
  // A terminal driver turns \n into \r\n (termios ONLCR), in raw mode too.
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0, convertEol: true });
  const size = Object.assign(new EventEmitter(), { columns, rows });
  const sink: Sink = {
    send: (bytes, done) => emulator.write(bytes, () => done()),
    sendNow: (bytes) => emulator.write(bytes),
    close: () => {},
  };
  const tty = new TtyWriter(size, sink);
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {}, ref: () => {}, unref: () => {} });
  const store = createStore();
  const queries: string[] = [];
  const wants: Needs[] = [];
  const copied: string[] = [];
  let quit = false;
  let later = 0;
  const app = createApp({
    ports: {
      fetchRow: options.fetchRow ?? (() => new Promise(() => {})),
      want: (needs) => {
        wants.push(needs);
        const [need] = needs.tables;
        if (need) queries.push(need.filter);
      },
      copy: (text) => {
        copied.push(text);
        return undefined;
      },
      quit: () => {
        quit = true;
      },
      suspend: () => {},
      repaint: () => {},
    },
    ui: { theme: createTheme(options.depth ?? 8), glyphs: chooseGlyphs(options.glyphs ?? 'unicode', {}) },
    info: { sourceName: 'test', version: '1.2.3' },
    now: () => Date.now() + later,
    snapshot: store.getSnapshot(),
    command: options.command ?? 'http',
  });
  const stop = store.subscribe(() => app.show(store.getSnapshot()));
  const on = openOn(createElement(AppRoot, { app }), tty, stdin as unknown as NodeJS.ReadStream);

  const settled = async () => {
    // Twice: a frame may cause another one (an effect, a flash).
    for (let round = 0; round < 2; round += 1) {
      await on.settled();
    }
  };
  const grid = () => {
    const buffer = emulator.buffer.active;
    return Array.from(
      { length: emulator.rows },
      // A blank that was written looks like one that was not.
      (_, row) => (buffer.getLine(row)?.translateToString(true, 0, emulator.cols) ?? '').trimEnd(),
    );
  };
  const waitFor = async (what: string | RegExp, timeoutMs = 5_000) => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      await settled();
      const now = grid();
      if (typeof what === 'string' ? now.some((line) => line.includes(what)) : what.test(now.join('\n'))) return now;
      if (Date.now() > deadline) throw new Error(`the screen never showed ${String(what)}:\n${now.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await settled();
  return {
    app,
    store,
    emulator,
    queries,
    wants,
    copied,
    pass(ms) {
      later += ms;
    },
    hasQuit: () => quit,
    bytes: () => tty.bytesWritten,
    async tick() {
      store.publish();
      await settled();
    },
    async press(keys) {
      const before = app.getVersion();
      stdin.write(keys);
      // A bare escape waits 20 ms for the rest of a sequence; keys that change nothing end the wait.
      for (let wait = 0; wait < 60 && app.getVersion() === before; wait += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await settled();
    },
    resize(toColumns, toRows) {
      emulator.resize(toColumns, toRows);
      size.columns = toColumns;
      size.rows = toRows;
      size.emit('resize');
    },
    settled,
    grid,
    waitFor,
    async close() {
      stop();
      on.close();
      await on.closed();
      tty.destroy();
      emulator.dispose();
    },
  };
}

/** The body of the frame: every line between the borders must be closed on both sides. */
export function assertFrame(screen: Screen): void {
  const grid = screen.grid();
  const top = grid.findLastIndex((line) => /^[╭+]/.test(line));
  const bottom = grid.findLastIndex((line) => /^[╰+]/.test(line));
  assert.ok(top > 0 && bottom > top, grid.join('\n'));
  for (const line of grid.slice(top + 1, bottom)) assert.match(line, /^[│|].*[│|]$/);
  for (const line of grid) assert.ok(line.length <= screen.emulator.cols);
}

/** The line under the cursor; '' without one. */
export const selected = (screen: Screen) => screen.grid().find((line) => /^[│|]>/.test(line)) ?? '';
