/** What `kelpie get` does with what it hears: which rows it asks for, when it prints them, and when it has enough. */
import type { LeaseRequest, RowQuery } from '../agent-client/client.ts';
import type { AgentEvent } from '../domain/agent-event.ts';
import type { CaptureLevel } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import { parseFilter } from '../domain/filter/parse.ts';
import { compareValues } from '../domain/format/index.ts';
import type { PodFacts } from '../domain/pods/pod-facts.ts';
import { chooseColorDepth } from '../tui/color-support.ts';
import { chooseGlyphs } from '../tui/glyphs.ts';
import type { GetRequest, SortOrder } from './get-request.ts';
import { createRowWriter, type RowWriter } from './row-writer.ts';
import type { Source } from './sources.ts';
import type { StandardOutput } from './standard-output.ts';

export interface Printer {
  readonly queries: readonly RowQuery[];
  /** How deep the table's rows need traffic to be captured. */
  readonly level: CaptureLevel;
  take(event: AgentEvent): void;
  /** Resolves when --limit is reached. */
  readonly enough: Promise<void>;
  /** Time is up: resolves when what belongs to it has come, or will not. */
  settled(): Promise<void>;
  /** Prints what is left, and the end. */
  finish(): void;
  /** The end came early: what was printed is made valid; where nothing was, stdout stays empty. */
  cut(isTold: boolean): void;
  /** Rows so far. */
  readonly printed: number;
}

export interface PrinterOptions {
  readonly request: GetRequest;
  readonly source: Source;
  readonly output: Pick<StandardOutput, 'write'>;
}

/** All that is kept. */
export const wholeBacklog = 1_000_000;

export function writerOf({ table, format, color, glyphs }: GetRequest): RowWriter {
  const { stdout, env } = process;
  const bits = stdout.isTTY ? stdout.getColorDepth() : 1;
  return createRowWriter(table, format, {
    width: stdout.isTTY ? stdout.columns : undefined,
    color: chooseColorDepth(color, env, bits) > 0,
    ascii: chooseGlyphs(glyphs, env).ascii,
  });
}

/** Rows in this order; those that are equal stay as they are. */
export function sorted({ table }: GetRequest, rows: readonly Row[], sort: SortOrder | undefined): readonly Row[] {
  const type = sort && table.columns[sort.column]?.type;
  if (!sort || !type) return rows;
  return rows.toSorted((a, b) => compareValues(type, a[sort.column], b[sort.column], sort.direction));
}

export function testOf({ table, filter }: GetRequest, pods: PodFacts): (row: Row) => boolean {
  const result = parseFilter(table, filter, pods);
  return result.ok ? result.filter.matches : () => true;
}

const levels: readonly CaptureLevel[] = ['off', 'flows', 'heads', 'bodies'];

/** The person's own limits (--body-limit) hold. */
export function leaseOf(level: CaptureLevel, most: LeaseRequest): LeaseRequest {
  return levels.indexOf(level) < levels.indexOf(most.level) ? { level, scopes: [], messageCap: 0 } : most;
}
