/** The terminal app on a source: `kelpie`, `kelpie demo`, `local`, `replay`, `--agents`. */
import type { AgentEvent } from '../domain/agent-event.ts';
import { AppError } from '../domain/errors.ts';
import { tables } from '../domain/tables/index.ts';
import { createStore } from '../store/create-store.ts';
import { checkFilter, oneOf } from './get-request.ts';
import { readKeyFile } from './key-file.ts';
import { createNotes } from './notes.ts';
import { parseDuration } from './quantities.ts';
import { saveFile } from './save-file.ts';
import { untilAborted, watchSignals } from './signals.ts';
import { isForeign, readSourceFlags, type SourceFlags } from './source-options.ts';
import { openSource } from './sources.ts';
import { baseLease, podInfo, summariesOf } from './wants.ts';
import { boundYoungSpace } from './young-space.ts';

/** A piece of work that may stand between a key and its paint, ms. */
const sliceMs = 8;
/** Share of the time that may go into tables of figures, however many pods there are: what is left is for what comes in and for who looks at it. */
const mostShare = 0.2;
const turnsToDial = 8;
/** Of many agents none takes more of the screen's thread than this, whatever it sends. */
const mostShareOfAgent = 0.1;
/** What agents have kept of a table is shown within a second or two, however many they are. */
const mostBacklog = 30_000;

export interface TerminalFlags extends SourceFlags {
  readonly command?: string;
  readonly filter?: string;
  readonly refresh?: string;
  readonly color?: string;
  readonly glyphs?: string;
  readonly quiet?: boolean;
}

/** Opens the app and stays until the person leaves; returns the exit code. */
export async function runTerminalCommand(flags: TerminalFlags, fallback?: 'demo' | 'local'): Promise<number> {
  const request = readSourceFlags(flags, fallback);
  const color = oneOf('--color', flags.color ?? 'auto', ['auto', 'always', 'never']);
  const glyphs = oneOf('--glyphs', flags.glyphs ?? 'auto', ['auto', 'unicode', 'ascii']);
  const refreshMs = refreshOf(flags.refresh);
  const [first] = tables;
  if (first) checkFilter(first, flags.filter ?? '');
  const command = flags.command === undefined ? undefined : await commandOf(flags.command, flags.filter);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    const detail = 'The terminal app needs a terminal on stdin and stdout. For pipes: kelpie get http';
    throw new AppError('usage', { detail });
  }

  const clientCode = import('../agent-client/create-agent-client.ts');
  // The code of the screen is read while processes of ours start, or else while the agents answer.
  const isOurs = !isForeign(request.choice);
  const earlyCode = isOurs ? clientCode.then(() => import('../main.tsx')) : undefined;
  earlyCode?.catch(() => undefined);
  const { signal } = watchSignals();
  const { progress, warn } = createNotes(flags.quiet ?? false);
  const source = await openSource(request, {
    signal,
    progress,
    isEarly: true,
    playInstead: fallback === 'demo' || request.choice.kind === 'demo',
  });
  if (source.notice) warn(source.notice);
  const { createAgentClient } = await clientCode;
  const store = createStore({}, Date.now, { later: setImmediate, sliceMs, mostShare }, source.pods);
  const { explain } = source;
  const tell = (event: AgentEvent) => store.apply(explain ? explain(event) : event);
  const client = createAgentClient({
    agents: source.follow ? [] : source.agents,
    // The screen's own follow as soon as there is one; until then nothing shall be missed.
    queries: [...summariesOf(source.agents.length), ...(source.knowsPods?.() ? [] : [podInfo])],
    leases: [baseLease, { name: 'screen', ...request.lease }],
    mostBacklog,
    mostShare: mostShareOfAgent,
    onEvent: tell,
  });
  source.follow?.(client, tell);
  const leave = async () => {
    await Promise.all([client.close(), source.close()]);
  };
  try {
    if (!isOurs) await untilDialled();
    const { runTerminal } = await (earlyCode ?? import('../main.tsx'));
    boundYoungSpace();
    const running = runTerminal({
      client,
      store,
      agents: source.agents.length,
      lease: request.lease,
      refreshMs,
      agentsOf: source.agentsOf,
      knowsPods: source.knowsPods,
      namespaces: request.namespaces,
      sourceName: source.name,
      version: process.env.KELPIE_VERSION ?? 'development',
      command,
      filter: flags.filter,
      color,
      glyphs,
      keys: readKeyFile(process.env),
      save: saveFile,
      notice: source.notice,
      laterNotice: source.laterNotice,
      ended: source.ended,
    });
    // A signal ends the program from here; the screen's own exit handler puts the terminal back.
    return await Promise.race([running, untilAborted(signal)]);
  } finally {
    await leave();
  }
}

/** Gives the lines to the agents the turns they need to say hello, before the code of the screen keeps this thread for itself. */
async function untilDialled(): Promise<void> {
  for (let turn = 0; turn < turnsToDial; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function commandOf(text: string, filter: string | undefined): Promise<string> {
  if (filter !== undefined) {
    throw new AppError('usage', {
      detail: "--command and --filter cannot be combined: --command 'svc /text' filters.",
    });
  }
  return (await import('./first-command.ts')).firstCommand(text);
}

function refreshOf(text: string | undefined): number {
  if (text === undefined) return 1_000;
  const ms = parseDuration(text);
  if (ms === undefined || ms < 250 || ms > 60_000) {
    throw new AppError('usage', { detail: `--refresh takes a time from 250ms to 60s, not "${text}".` });
  }
  return ms;
}
