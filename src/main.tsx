/** The terminal app put together: tty, store, client and views. The only file that knows all of them. */
import { useApp } from 'ink';
import { type ReactNode, useEffect } from 'react';
import type { AgentClient, LeaseRequest } from './agent-client/client.ts';
import { createWants } from './commands/wants.ts';
import { toAppError } from './domain/errors.ts';
import { createApp } from './shell/app.ts';
import { AppRoot } from './shell/app-root.tsx';
import { checkKeyMap, type KeyMap, readKeyMap } from './shell/key-map.ts';
import type { Store } from './store/store.ts';
import { createTicker } from './store/ticker.ts';
import { copySequence } from './tui/clipboard.ts';
import { chooseColorDepth } from './tui/color-support.ts';
import { ErrorBoundary } from './tui/error-boundary.tsx';
import { chooseGlyphs } from './tui/glyphs.ts';
import { openScreen } from './tui/screen.tsx';
import { guardTerminal, type Release, suspendJob } from './tui/terminal-session.ts';
import { createTheme } from './tui/theme.ts';
import { createTtyWriter, type TtyWriter } from './tui/tty-writer.ts';
import type { Ports } from './views/view.ts';

/** A file with the person's own keys. */
export interface KeyFile {
  readonly path: string;
  readonly text: string | undefined;
  /** Why it could not be read. */
  readonly problem: string | undefined;
}

export interface TerminalOptions {
  /** Connected or connecting; `runTerminal` sets its queries and leases but never closes it. Create it without queries. */
  readonly client: AgentClient;
  /** Fed by the client's `onEvent`; `runTerminal` publishes it, nobody else. */
  readonly store: Store;
  /** Agents behind the client; they share what the terminal takes of rows. */
  readonly agents: number;
  /** Agents that have these pods, "namespace/pod"; undefined = not known. */
  readonly agentsOf?: ((pods: readonly string[]) => ReadonlySet<string> | undefined) | undefined;
  /** Owners and labels of all pods are known without the agents. */
  readonly knowsPods?: (() => boolean) | undefined;
  /** How deep may be captured at most, and how much of each message is kept. */
  readonly lease: LeaseRequest;
  /** Milliseconds between paints of new data, 250–60,000. Keys are painted at once. */
  readonly refreshMs: number;
  /** Namespaces shown at first; none = all. */
  readonly namespaces?: readonly string[];
  /** What is watched, in two or three words: "demo", "this machine", "replay shop.kelpie". */
  readonly sourceName: string;
  /** The product's version. */
  readonly version: string;
  /** Command the app opens with, as typed after `:`; default "http". */
  readonly command?: string | undefined;
  /** First filter of the first view; '' or undefined = all. */
  readonly filter?: string | undefined;
  /** default: FORCE_COLOR, NO_COLOR, then what the terminal says. */
  readonly color?: 'auto' | 'always' | 'never' | undefined;
  /** default: by locale and TERM. */
  readonly glyphs?: 'auto' | 'unicode' | 'ascii' | undefined;
  /** Resolves with a sentence when a process of ours ended for good, e.g. the demo. It is said as long as the screen is open. */
  readonly ended?: Promise<string> | undefined;
  /** The person's key map (src/shell/key-map.ts) as text, and where it is; undefined = none. */
  readonly keys?: KeyFile | undefined;
  /** Writes a new file for ctrl-s. */
  readonly save?: Ports['save'];
  /** Said once when the screen opens, e.g. why a recording plays instead of live capture. */
  readonly notice?: string | undefined;
  /** Said when it is known. */
  readonly laterNotice?: Promise<string | undefined> | undefined;
}

/** A key that is held down (`=`, `x`, `u`) makes this many queries at most: one in so many ms. */
const queryEveryMs = 150;
/**
 * Rows a second the terminal takes, all agents together, and at least of each. Nobody reads faster, every row costs CPU time, and a
 * filter is looked through at the agents, before this limit. What is over it they count as `row-limit`.
 */
const rowsPerSecond = 12_000;
const leastRowsPerSecond = 50;
/** The first rows are waited for eagerly this long. */
const eagerMs = 10_000;
/**
 * The screen that a person meets: who talks to whom, how fast and how badly. It asks the agents for heads and summaries, not for the bodies of
 * everything.
 */
const homeView = 'map';
/** The key map is checked so long after the start: nobody waits for it. */
const keyCheckMs = 1_000;

/**
 * Runs the terminal app until the person leaves it (q, ctrl-c, :q), then resolves with the exit code.
 * The terminal is as it was before, also after an error, which is thrown as AppError.
 * Needs a TTY on stdin and stdout.
 */
export async function runTerminal(options: TerminalOptions): Promise<number> {
  const { client, store } = options;
  const tty = createTtyWriter(process.stdout);
  const release = guardTerminal(tty, process.stdin);
  // Before the first frame: a key echoed by the terminal would scroll it.
  process.stdin.setRawMode?.(true);
  const began = Date.now();
  const maxRowsPerSecond = Math.max(leastRowsPerSecond, Math.floor(rowsPerSecond / Math.max(1, options.agents)));
  const wants = createWants({
    client,
    store,
    agents: options.agents,
    lease: options.lease,
    maxRowsPerSecond,
    agentsOf: options.agentsOf,
    knowsPods: options.knowsPods,
  });
  const isWaiting = () => {
    if (Date.now() - began >= eagerMs) return false;
    const snapshot = store.getSnapshot();
    const looked = wants.tables();
    return looked.length > 0 ? looked.every((id) => snapshot.table(id).rows.length === 0) : snapshot.held === undefined;
  };
  const ticker = createTicker(store, { refreshMs: options.refreshMs, isWaiting });
  let failure: unknown;
  let handOver: Release | undefined;

  const ports: Ports = {
    fetchRow: (agent, table, id) => client.fetchRow(agent, table, id),
    want: atMostEvery(queryEveryMs, (needs) => {
      if (wants.want(needs)) ticker.hurry();
    }),
    copy: (text) => {
      const result = copySequence(text, process.env);
      if (!result.ok) return result.reason;
      tty.write(result.sequence);
      return undefined;
    },
    ...(options.save ? { save: options.save } : {}),
    quit: () => screen.close(),
    suspend: () => {
      if (handOver) void suspendJob(tty, handOver).catch(fail);
    },
    repaint: () => screen.repaint(),
  };
  const fail = (error: unknown) => {
    failure ??= error;
    screen.close();
  };

  // What is known already is part of the first frame.
  store.publish();
  const { keyMap, problems } = readKeyMap(options.keys?.text ?? '{}');
  const app = createApp({
    keyMap,
    ports,
    ui: {
      theme: createTheme(chooseColorDepth(options.color ?? 'auto', process.env, terminalColors())),
      glyphs: chooseGlyphs(options.glyphs ?? 'auto', process.env),
    },
    info: { sourceName: options.sourceName, version: options.version },
    now: Date.now,
    snapshot: store.getSnapshot(),
    namespaces: options.namespaces ?? [],
    command: options.command ?? (options.filter ? `http /${options.filter}` : homeView),
  });
  if (options.keys)
    void checkKeys(options.keys, keyMap, problems).then((warning) => warning && app.flash('warning', warning));
  if (options.notice) app.flash('warning', options.notice);
  void options.laterNotice?.then((notice) => notice && app.flash('warning', notice));
  void options.ended?.then(app.warn);
  const stopPainting = paintWhenReady(store, tty, () => app.show(store.getSnapshot()));

  const tree = (
    <ErrorBoundary onError={fail}>
      <Terminal onReady={(suspend) => (handOver = suspend)}>
        <AppRoot app={app} />
      </Terminal>
    </ErrorBoundary>
  );
  const screen = openScreen(tree, tty, process.stdin);
  // The terminal went away (hang-up): there is nobody left to paint for.
  tty.on('error', () => screen.close());
  try {
    await screen.closed();
  } finally {
    ticker.stop();
    stopPainting();
    await tty.drained(1_000);
    if (!tty.busy) release();
    tty.destroy();
  }
  if (failure !== undefined) throw toAppError(failure);
  return 0;
}

/** What is wrong with the person's key map, in one line. Which actions there are is looked up once the screen stands. */
async function checkKeys(file: KeyFile, keyMap: KeyMap, problems: readonly string[]): Promise<string | undefined> {
  const all = file.problem ? [file.problem, ...problems] : [...problems];
  if (keyMap.ids.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, keyCheckMs).unref());
    const { actionTables } = await import('./shell/key-reference.ts');
    all.push(...checkKeyMap(keyMap, actionTables()));
  }
  const [first] = all;
  if (first === undefined) return undefined;
  return `${file.path}: ${first}${all.length > 1 ? ` (and ${all.length - 1} more)` : ''}`;
}

/** Hands Ink's way of giving up the terminal to the outside. */
function Terminal({
  onReady,
  children,
}: {
  readonly onReady: (release: Release) => void;
  readonly children: ReactNode;
}) {
  const { suspendTerminal } = useApp();
  useEffect(() => onReady(() => suspendTerminal()), [onReady, suspendTerminal]);
  return children;
}

/** Shows each publication, but on a slow line only once the terminal took the frame before: ticks in between are left out. */
function paintWhenReady(store: Store, tty: TtyWriter, show: () => void): () => void {
  let isWaiting = false;
  return store.subscribe(() => {
    if (isWaiting) return;
    if (!tty.busy) return show();
    isWaiting = true;
    void tty.drained(60_000).then(() => {
      isWaiting = false;
      show();
    });
  });
}

/** At once when the last call is long enough ago, else the last one of a burst: rows of the query before must not linger. */
function atMostEvery<A extends unknown[]>(ms: number, run: (...args: A) => void): (...args: A) => void {
  let last = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  return (...args) => {
    clearTimeout(timer);
    const now = () => {
      last = performance.now();
      run(...args);
    };
    const wait = last + ms - performance.now();
    if (wait <= 0) now();
    else timer = setTimeout(now, wait);
  };
}

/** What the terminal can do by itself; the person's wishes are weighed in color-support.ts. */
function terminalColors(): number {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_DISABLE_COLORS: _disable, ...env } = process.env;
  return process.stdout.getColorDepth?.(env) ?? 1;
}
