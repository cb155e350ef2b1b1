/** `kelpie get`: what the flags ask for. */
import { AppError } from '../domain/errors.ts';
import { parseFilter } from '../domain/filter/parse.ts';
import { nearest } from '../domain/filter/suggest.ts';
import type { Table } from '../domain/table.ts';
import { tables } from '../domain/tables/index.ts';
import { parseDuration } from './quantities.ts';
import { type OutputFormat, outputFormats } from './row-writer.ts';
import { readSourceFlags, type SourceFlags, type SourceRequest } from './source-options.ts';

export interface GetFlags extends SourceFlags {
  readonly follow?: boolean;
  readonly once?: boolean;
  readonly duration?: string;
  readonly filter?: string;
  readonly output?: string;
  readonly limit?: string;
  readonly failEmpty?: boolean;
  readonly quiet?: boolean;
  readonly color?: string;
  readonly glyphs?: string;
}

export interface GetRequest {
  readonly table: Table;
  readonly source: SourceRequest;
  /** When to stop: at the end of what is kept or recorded, after a time (ms), or when told to. */
  readonly until: { readonly kind: 'end' } | { readonly kind: 'time'; readonly ms: number } | { readonly kind: 'told' };
  readonly filter: string;
  readonly format: OutputFormat;
  /** Rows at most; undefined = all. */
  readonly limit: number | undefined;
  readonly failEmpty: boolean;
  readonly quiet: boolean;
  readonly color: 'auto' | 'always' | 'never';
  readonly glyphs: 'auto' | 'unicode' | 'ascii';
}

/** Capture time where nobody says, ms. */
const defaultCaptureMs = 10_000;

/** @throws AppError `usage` or `filter-invalid`, naming the word at fault */
export function readGetRequest(tableName: string, flags: GetFlags): GetRequest {
  const source = readSourceFlags(flags);
  const table = tableNamed(tableName);
  const filter = flags.filter ?? '';
  checkFilter(table, filter);
  return {
    table,
    source,
    until: untilOf(flags, source),
    filter,
    format: oneOf('--output', flags.output ?? 'table', outputFormats),
    limit: limitOf(flags.limit),
    failEmpty: flags.failEmpty ?? false,
    quiet: flags.quiet ?? false,
    color: oneOf('--color', flags.color ?? 'auto', ['auto', 'always', 'never']),
    glyphs: oneOf('--glyphs', flags.glyphs ?? 'auto', ['auto', 'unicode', 'ascii']),
  };
}

/** The filter as it is, or AppError `filter-invalid` that points at the word. */
export function checkFilter(table: Table, text: string): void {
  const result = parseFilter(table, text);
  if (!result.ok) throw new AppError('filter-invalid', { text, ...result.error });
}

/** "http" or "http_events". */
function tableNamed(name: string): Table {
  const short = (table: Table) => table.id.replace(/_events$/, '');
  const table = tables.find((each) => each.id === name || short(each) === name);
  if (table) return table;
  const near = nearest(name, tables.map(short));
  const hint = near ? ` Did you mean ${near}?` : '';
  throw usage(`There is no table "${name}".${hint} Tables: ${tables.map(short).join(', ')}.`);
}

function untilOf(flags: GetFlags, { choice }: SourceRequest): GetRequest['until'] {
  const given = (['follow', 'once', 'duration'] as const).filter((name) => flags[name] !== undefined);
  if (given.length > 1) throw usage(`${given.map((name) => `--${name}`).join(' and ')} cannot be combined.`);
  if (flags.follow) return { kind: 'told' };
  if (flags.duration !== undefined) {
    const ms = parseDuration(flags.duration);
    if (!ms) throw usage(`--duration takes a time such as 10s, 500ms or 2m, not "${flags.duration}".`);
    if (ms > 86_400_000) throw usage('--duration is at most 24h. Without an end: --follow.');
    return { kind: 'time', ms };
  }
  // An agent started just now has kept nothing yet.
  const isFresh = choice.kind === 'demo' || choice.kind === 'local';
  return isFresh ? { kind: 'time', ms: defaultCaptureMs } : { kind: 'end' };
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usage(`--limit takes a whole number from 1 on, not "${text}".`);
  return Number(text);
}

/** @throws AppError `usage` with a suggestion */
export function oneOf<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === text);
  if (choice) return choice;
  const near = nearest(text, choices);
  throw usage(`${flag} takes ${choices.join(', ')}, not "${text}".${near ? ` Did you mean ${near}?` : ''}`);
}

const usage = (detail: string) => new AppError('usage', { detail });
