/** `kelpie get`: rows for pipes. Data on stdout, everything else on stderr. */
import type { AgentClient, RowQuery } from '../agent-client/client.ts';
import type { createAgentClient } from '../agent-client/create-agent-client.ts';
import type { Loss } from '../domain/agent-status.ts';
import { AppError } from '../domain/errors.ts';
import { chooseColorDepth } from '../tui/color-support.ts';
import { chooseGlyphs } from '../tui/glyphs.ts';
import { type AgentWatch, createAgentWatch } from './agent-watch.ts';
import { Interrupted } from './fail.ts';
import { createFinalRows } from './final-rows.ts';
import { type GetFlags, type GetRequest, readGetRequest } from './get-request.ts';
import { createNotes, describeLosses, type Notes } from './notes.ts';
import { createRowWriter } from './row-writer.ts';
import { untilAborted, watchSignals } from './signals.ts';
import { openSource, type Source } from './sources.ts';
import { openStandardOutput } from './standard-output.ts';

/** All that is kept. */
const wholeBacklog = 1_000_000;
/** After the time is up: what was on the wire by then is on its way here, ms. */
const settleMs = 400;
/** Between two lines on losses, ms. */
const lossNoteMs = 5_000;

/** Runs the command; returns the exit code. */
export async function runGet(tableName: string, flags: GetFlags): Promise<number> {
  const request = readGetRequest(tableName, flags);
  const notes = createNotes(request.quiet);
  const { signal } = watchSignals();
  // gRPC is read while processes start.
  const clientCode = import('../agent-client/create-agent-client.ts');
  const source = await openSource(request.source, { signal, progress: notes.progress });
  try {
    const { createAgentClient } = await clientCode;
    return await printRows(request, source, notes, signal, createAgentClient);
  } finally {
    await source.close();
  }
}

async function printRows(
  request: GetRequest,
  source: Source,
  notes: Notes,
  signal: AbortSignal,
  connect: typeof createAgentClient,
): Promise<number> {
  const { table, limit = Number.POSITIVE_INFINITY } = request;
  let client: AgentClient | undefined;
  let printed = 0;
  const enough = Promise.withResolvers<void>();
  const output = openStandardOutput(() => client);
  const writer = createRowWriter(table, request.format, writerOptions(request));
  const rows = createFinalRows(table, (row) => {
    if (printed >= limit) return;
    if (printed === 0) output.write(writer.begin());
    printed += 1;
    output.write(writer.row(row));
    if (printed >= limit) enough.resolve();
  });
  const agents = createAgentWatch({
    agents: source.addresses,
    own: source.own,
    warn: notes.warn,
    patient: request.until.kind !== 'end',
  });

  client = connect({
    addresses: source.addresses,
    queries: [queryOf(request, source)],
    // What was kept or recorded is there; only new rows need somebody to capture them.
    leases: request.until.kind === 'end' ? [] : [{ name: 'get', ...request.source.lease }],
    onEvent(event) {
      agents.note(event);
      if (event.type === 'rows') for (const row of event.rows) rows.take(event.agent, row);
    },
  });
  const lossNotes = noteLosses(agents, notes);
  try {
    await Promise.race([
      enough.promise,
      output.closed,
      agents.finished,
      source.ended.then((how) => {
        throw new AppError('agent-start', { reason: how });
      }),
      untilAborted(signal),
      timeIsUp(request, agents, notes),
    ]);
    rows.flush();
    if (printed === 0) output.write(writer.begin());
    output.write(writer.end());
  } catch (thrown) {
    if (thrown instanceof Interrupted) rows.flush();
    // What was printed stays valid; where nothing was, an error leaves stdout empty.
    if (printed > 0) output.write(writer.end());
    throw thrown;
  } finally {
    lossNotes.stop();
    await Promise.all([client.close(), output.flushed(signal)]);
  }
  return printed === 0 && request.failEmpty ? 4 : 0;
}

function queryOf({ table, filter, format, limit, until, source }: GetRequest, { own, recorded }: Source): RowQuery {
  const fromNow = until.kind === 'time' && !own;
  return {
    table: table.id,
    filter,
    payload: format === 'json' || format === 'jsonl',
    backlog: fromNow ? 0 : until.kind === 'end' && !recorded ? (limit ?? wholeBacklog) : wholeBacklog,
    maxRowsPerSecond: 0,
    // A recording of ours is still being read: its end is the end.
    once: until.kind === 'end' && source.choice.kind === 'agents',
  };
}

function writerOptions({ color, glyphs }: GetRequest) {
  const { stdout, env } = process;
  const bits = stdout.isTTY ? stdout.getColorDepth() : 1;
  return {
    width: stdout.isTTY ? stdout.columns : undefined,
    color: chooseColorDepth(color, env, bits) > 0,
    ascii: chooseGlyphs(glyphs, env).ascii,
  };
}

/** Resolves when the time to capture is over and what was seen by then has arrived; never, where there is no such time. */
async function timeIsUp({ until }: GetRequest, agents: AgentWatch, notes: Notes): Promise<void> {
  if (until.kind === 'end') return new Promise(() => undefined);
  await agents.connected;
  if (until.kind === 'told') {
    notes.progress('following; ctrl-c ends');
    return new Promise(() => undefined);
  }
  notes.progress(`capturing for ${until.ms / 1_000} s (--duration, or --follow until ctrl-c)`);
  await new Promise((resolve) => setTimeout(resolve, until.ms + settleMs));
}

/** Says what was lost: now and then while it goes on, and at the end. */
function noteLosses(agents: AgentWatch, notes: Notes): { stop(): void } {
  let said = '';
  const say = () => {
    const losses: readonly Loss[] = agents.losses();
    const text = describeLosses(losses);
    if (text === said) return;
    said = text;
    notes.warn(`lost: ${text}`);
  };
  const timer = setInterval(say, lossNoteMs);
  return {
    stop() {
      clearInterval(timer);
      say();
    },
  };
}
