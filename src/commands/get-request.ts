/** `kelpie get`: what the flags ask for. */
import { AppError } from '../domain/errors.ts';
import type { Filter } from '../domain/filter/filter.ts';
import { parseFilter } from '../domain/filter/parse.ts';
import { nearest } from '../domain/filter/suggest.ts';
import type { Direction } from '../domain/format/compare.ts';
import type { PodFacts } from '../domain/pods/pod-facts.ts';
import { findColumn, type Table } from '../domain/table.ts';
import { derivedTables } from '../domain/tables/index.ts';
import { namespaceTerm } from '../views/list/namespaces.ts';
import { parseDuration } from './quantities.ts';
import { type OutputFormat, outputFormats } from './row-writer.ts';
import { isForeign, readSourceFlags, type SourceFlags, type SourceRequest } from './source-options.ts';
import { tableNamed } from './table-names.ts';

export interface GetFlags extends SourceFlags {
  readonly follow?: boolean;
  readonly once?: boolean;
  readonly duration?: string;
  readonly since?: string;
  readonly sort?: string;
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
  /** It is worked out here from summaries (src/store/series). */
  readonly isDerived: boolean;
  readonly source: SourceRequest;
  /** When to stop: at the end of what is kept or recorded, after a time (ms), or when told to. */
  readonly until: { readonly kind: 'end' } | { readonly kind: 'time'; readonly ms: number } | { readonly kind: 'told' };
  /** How far back what is printed reaches, ms; undefined = as far as it goes. */
  readonly sinceMs: number | undefined;
  /** Undefined = in the order of arrival, or as the table suggests. */
  readonly sort: SortOrder | undefined;
  readonly filter: string;
  readonly format: OutputFormat;
  /** Rows at most; undefined = all. */
  readonly limit: number | undefined;
  readonly failEmpty: boolean;
  readonly quiet: boolean;
  readonly color: 'auto' | 'always' | 'never';
  readonly glyphs: 'auto' | 'unicode' | 'ascii';
}

export interface SortOrder {
  readonly column: string;
  readonly direction: Direction;
}

/** Capture time where nobody says, ms. */
const defaultCaptureMs = 10_000;

/** @throws AppError `usage` or `filter-invalid`, naming the word at fault */
export function readGetRequest(tableName: string, flags: GetFlags): GetRequest {
  const source = readSourceFlags(flags);
  const table = tableNamed(tableName);
  checkFilter(table, flags.filter ?? '');
  const filter = narrowed(table, flags.filter ?? '', source.namespaces);
  const isDerived = derivedTables.includes(table);
  const until = untilOf(flags, source, isDerived);
  const sort = sortOf(table, flags.sort);
  if (sort && until.kind === 'told' && !isDerived) {
    throw usage('--sort needs an end: use it with --once or --duration, or with a table such as svc.');
  }
  return {
    table,
    isDerived,
    source,
    until,
    sinceMs: sinceOf(flags.since, source, until, isDerived),
    sort,
    filter,
    format: oneOf('--output', flags.output ?? 'table', outputFormats),
    limit: limitOf(flags.limit),
    failEmpty: flags.failEmpty ?? false,
    quiet: flags.quiet ?? false,
    color: oneOf('--color', flags.color ?? 'auto', ['auto', 'always', 'never']),
    glyphs: oneOf('--glyphs', flags.glyphs ?? 'auto', ['auto', 'unicode', 'ascii']),
  };
}

/** What -n leaves of it: rows with either end in one of the namespaces. */
function narrowed(table: Table, filter: string, namespaces: readonly string[]): string {
  const term = namespaceTerm(table, new Set(namespaces));
  if (term === '') return filter;
  return filter === '' ? term : `(${filter}) (${term})`;
}

/** @throws AppError `filter-invalid` that points at the word */
export function checkFilter(table: Table, text: string): void {
  filterOf(table, text);
}

/** @throws AppError `filter-invalid` that points at the word */
export function filterOf(table: Table, text: string, pods?: PodFacts): Filter {
  const result = parseFilter(table, text, pods);
  if (result.ok) return result.filter;
  throw new AppError('filter-invalid', { text, ...result.error });
}

/** "-rate": by rate, the highest first. */
function sortOf(table: Table, text: string | undefined): SortOrder | undefined {
  if (text === undefined) return undefined;
  const name = text.replace(/^[+-]/, '');
  const column = findColumn(table, name);
  if (column) return { column: column.id, direction: text.startsWith('-') ? 'descending' : 'ascending' };
  const near = nearest(
    name,
    table.columnIds.flatMap((id) => [id, ...(table.columns[id]?.aliases ?? [])]),
  );
  throw usage(`--sort: ${table.id} has no column "${name}".${near ? ` Did you mean ${near}?` : ''}`);
}

function sinceOf(
  text: string | undefined,
  { choice }: SourceRequest,
  until: GetRequest['until'],
  isDerived: boolean,
): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (!ms) throw usage(`--since takes a time such as 30s or 5m, not "${text}".`);
  const isTrailing = isDerived && until.kind === 'told';
  if (!isForeign(choice) && !isTrailing) {
    throw usage('--since goes with --agents, which keep what was before, or with --follow and a table such as svc.');
  }
  if (until.kind === 'time') throw usage('--since and --duration cannot be combined.');
  return ms;
}

function untilOf(flags: GetFlags, { choice }: SourceRequest, isDerived: boolean): GetRequest['until'] {
  const given = (['follow', 'once', 'duration'] as const).filter((name) => flags[name] !== undefined);
  if (given.length > 1) throw usage(`${given.map((name) => `--${name}`).join(' and ')} cannot be combined.`);
  if (flags.follow) return { kind: 'told' };
  if (flags.duration !== undefined) {
    const ms = parseDuration(flags.duration);
    if (!ms) throw usage(`--duration takes a time such as 10s, 500ms or 2m, not "${flags.duration}".`);
    if (ms > 86_400_000) throw usage('--duration is at most 24h. Without an end: --follow.');
    return { kind: 'time', ms };
  }
  // An agent started just now has kept nothing yet, and figures per second are of the seconds to come unless somebody asks for others.
  const isFresh = choice.kind === 'demo' || choice.kind === 'local';
  const isOfNow = isDerived && isForeign(choice) && !flags.once && flags.since === undefined;
  return isFresh || isOfNow ? { kind: 'time', ms: defaultCaptureMs } : { kind: 'end' };
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
