/** The terminal app put together: tty, store, client and views. The only file that knows all of them. */
import type { AgentClient } from './agent-client/client.ts';
import type { Store } from './store/store.ts';

export interface TerminalOptions {
  /** Connected or connecting; `runTerminal` sets its queries but never closes it. Create it with `query: undefined`. */
  readonly client: AgentClient;
  /** Fed by the client's `onEvent`; `runTerminal` publishes it, nobody else. */
  readonly store: Store;
  /** Milliseconds between paints of new data, 250–60,000. Keys are painted at once. */
  readonly refreshMs: number;
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
  /** Said once when the screen opens, e.g. why a recording plays instead of live capture. */
  readonly notice?: string | undefined;
}

/**
 * Runs the terminal app until the person leaves it (q, ctrl-c, :q), then resolves with the exit code.
 * The terminal is as it was before, also after an error, which is thrown as AppError.
 * Needs a TTY on stdin and stdout.
 */
export async function runTerminal(_options: TerminalOptions): Promise<number> {
  throw new Error('not yet');
}
