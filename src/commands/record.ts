/** `kelpie record FILE`: the raw kernel events of a run in one file. */
import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { createAgentClient } from '../agent-client/create-agent-client.ts';
import { AppError } from '../domain/errors.ts';
import { formatBytes, formatCount } from '../domain/format/index.ts';
import { createAgentWatch } from './agent-watch.ts';
import { createNotes, describeLosses } from './notes.ts';
import { parseDuration } from './quantities.ts';
import { watchSignals } from './signals.ts';
import { readSourceFlags, type SourceFlags } from './source-options.ts';
import { openSource } from './sources.ts';

export interface RecordFlags extends SourceFlags {
  readonly duration?: string;
  readonly quiet?: boolean;
}

/** Records until the time is up or ctrl-c; both end the file in good order and give exit code 0. */
export async function runRecord(file: string, flags: RecordFlags): Promise<number> {
  const request = readSourceFlags(flags, 'local');
  const { kind } = request.choice;
  if (kind !== 'local' && kind !== 'demo') {
    throw usage(
      `record takes --local or --demo: it writes what an agent of its own captures, not ${kind === 'cluster' ? 'those of a cluster' : `--${kind}`}.`,
    );
  }
  const ms = durationOf(flags.duration);
  const isNew = checkTarget(file);
  const { progress, warn } = createNotes(flags.quiet ?? false);
  const { signal } = watchSignals();
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const source = await openSource(request, { signal, progress, record: file }).catch((error) => {
    if (isNew && bytesOf(file) === 0) rmSync(file, { force: true });
    throw error;
  });
  let rows = 0;
  const agents = createAgentWatch({ agents: source.agents.map(({ agent }) => agent), own: true, warn, patient: true });
  const client = createAgentClient({
    agents: source.agents,
    queries: [],
    leases: [{ name: 'record', ...request.lease }],
    onEvent(event) {
      agents.note(event);
      if (event.type === 'status') rows = event.status.totals.rows ?? rows;
    },
  });
  const line = flags.quiet ? undefined : createStatusLine();
  try {
    await Promise.race([agents.connected, agents.finished, stopped]);
    const since = performance.now();
    progress(`recording to ${file}${ms === undefined ? '; ctrl-c ends' : ` for ${ms / 1_000} s`}`);
    const timer = setInterval(() => {
      const seconds = Math.round((performance.now() - since) / 1_000);
      line?.show(`${seconds} s · ${formatBytes(bytesOf(file))}B · ${formatCount(rows)} rows`);
    }, 1_000);
    const died = await Promise.race([stopped, source.ended, agents.finished, wait(ms)]);
    clearInterval(timer);
    line?.clear();
    if (died) throw new AppError('agent-start', { reason: `${died} ${file} holds what was recorded until then.` });
  } finally {
    const losses = agents.losses();
    await client.close();
    await source.close();
    if (losses.length > 0) warn(`lost: ${describeLosses(losses)}`);
  }
  progress(`wrote ${formatBytes(bytesOf(file))}B to ${file}; play it with: kelpie replay ${file}`);
  return 0;
}

/**
 * Whether the file is new.
 *
 * @throws AppError `output-file` where it cannot be written, or where it is something else that would be overwritten
 */
function checkTarget(file: string): boolean {
  const refuse = (reason: string) => new AppError('output-file', { file, reason });
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory()) throw refuse('it is a directory');
  if (stat?.isFile() && stat.size > 0 && !beginsLikeRecording(file)) {
    throw refuse('it exists and is no Kelpie recording; choose another name');
  }
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refuse(
      code === 'ENOENT' ? 'its directory does not exist' : code === 'EACCES' ? 'not permitted' : String(code),
    );
  }
  return stat === undefined;
}

/** The first bytes of agent/capture/recording-format.ts. */
function beginsLikeRecording(file: string): boolean {
  const fd = openSync(file, 'r');
  const head = Buffer.alloc(6);
  readSync(fd, head, 0, head.length, 0);
  closeSync(fd);
  return head.toString('latin1') === 'KELPIE';
}

function durationOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (!ms || ms > 86_400_000) throw usage(`--duration takes a time such as 10s or 2m, at most 24h, not "${text}".`);
  return ms;
}

function wait(ms: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (ms !== undefined) setTimeout(resolve, ms);
  });
}

const bytesOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** One line that is written over, on a terminal only. */
function createStatusLine(): { show(text: string): void; clear(): void } | undefined {
  const { stderr } = process;
  if (!stderr.isTTY) return undefined;
  return {
    show: (text) => void stderr.write(`\r\x1b[K${text}`),
    clear: () => void stderr.write('\r\x1b[K'),
  };
}

const usage = (detail: string) => new AppError('usage', { detail });
