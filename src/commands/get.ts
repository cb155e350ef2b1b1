/** `kelpie get`: rows for pipes. Data on stdout, everything else on stderr. */
import type { AgentClient } from '../agent-client/client.ts';
import type { createAgentClient } from '../agent-client/create-agent-client.ts';
import type { AgentEvent } from '../domain/agent-event.ts';
import type { Loss } from '../domain/agent-status.ts';
import { AppError } from '../domain/errors.ts';
import { type AgentWatch, createAgentWatch } from './agent-watch.ts';
import { Interrupted } from './fail.ts';
import { type GetFlags, type GetRequest, readGetRequest } from './get-request.ts';
import { createNotes, describeLosses, type Notes } from './notes.ts';
import { leaseOf, type Printer, type PrinterOptions } from './printer.ts';
import { untilAborted, watchSignals } from './signals.ts';
import { openSource, type Source } from './sources.ts';
import { openStandardOutput } from './standard-output.ts';

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
  if (source.notice) notes.warn(source.notice);
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
  let client: AgentClient | undefined;
  const output = openStandardOutput(() => client);
  const printer = await openPrinter({ request, source, output });
  const agents = createAgentWatch({
    agents: source.agents.map(({ agent }) => agent),
    own: source.own,
    warn: notes.warn,
    patient: request.until.kind !== 'end',
  });

  const tell = (event: AgentEvent) => {
    const told = source.explain ? source.explain(event) : event;
    agents.note(told);
    printer.take(told);
  };
  client = connect({
    agents: source.agents,
    queries: printer.queries,
    // What was kept or recorded is there; only new rows need somebody to capture them.
    leases: request.until.kind === 'end' ? [] : [{ name: 'get', ...leaseOf(printer.level, request.source.lease) }],
    onEvent: tell,
  });
  source.follow?.(client, tell);
  const lossNotes = noteLosses(agents, notes);
  try {
    await Promise.race([
      printer.enough,
      output.closed,
      agents.finished,
      source.ended.then((how) => {
        throw new AppError('agent-start', { reason: how });
      }),
      untilAborted(signal),
      timeIsUp(request, agents, notes).then(printer.settled),
    ]);
    printer.finish();
  } catch (thrown) {
    // What was printed stays valid; where nothing was, an error leaves stdout empty.
    printer.cut(thrown instanceof Interrupted);
    throw thrown;
  } finally {
    lossNotes.stop();
    await Promise.all([client.close(), output.flushed(signal)]);
  }
  return printer.printed === 0 && request.failEmpty ? 4 : 0;
}

/** The code of the one that is not needed is not read. */
async function openPrinter(options: PrinterOptions): Promise<Printer> {
  if (options.request.isDerived) return (await import('./derived-printer.ts')).createDerivedPrinter(options);
  return (await import('./row-printer.ts')).createRowPrinter(options);
}

/** Resolves when the time to capture is over; never, where there is no such time. */
async function timeIsUp({ until }: GetRequest, agents: AgentWatch, notes: Notes): Promise<void> {
  if (until.kind === 'end') return new Promise(() => undefined);
  await agents.connected;
  if (until.kind === 'told') {
    notes.progress('following; ctrl-c ends');
    return new Promise(() => undefined);
  }
  notes.progress(`capturing for ${until.ms / 1_000} s (--duration, or --follow until ctrl-c)`);
  await new Promise((resolve) => setTimeout(resolve, until.ms));
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
