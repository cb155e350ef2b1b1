/** Which columns a table shows in a given width, and how wide each is. Depends on declarations only, so it never jitters. */
import type { ColumnSpec, SemanticType } from './column.ts';
import { type Align, alignOf, type Trim, trimOf } from './format/align.ts';
import type { Table } from './table.ts';

export interface LaidOutColumn {
  readonly id: string;
  readonly spec: ColumnSpec;
  /** Cells, at least 1. */
  readonly width: number;
  readonly align: Align;
  readonly trim: Trim;
}

export interface LayoutOptions {
  /** Cells there are for the columns and the gaps between them. */
  readonly width: number;
  /** Offer the columns of wide mode too. */
  readonly wide?: boolean;
  /** Cells between two columns; default 1. */
  readonly gap?: number;
  /** Only these columns, whatever their priority and mode (e.g. chosen by the person). */
  readonly columns?: readonly string[];
}

/** Columns up to this priority are kept while their minimum fits; the others only while everything has some room. */
const essentialPriority = 3;

/** Types whose values gain from every cell; the others are readable at one width or not at all. */
const elasticTypes = new Set<SemanticType>([
  'path',
  'endpoint',
  'pod',
  'service',
  'owner',
  'series',
  'text',
  'namespace',
  'node',
  'process',
  'id',
  'headers',
  'body',
  'ip',
]);

/**
 * The columns that fit, in declaration order; their widths and gaps never exceed `width` (at least 1).
 * Columns go by priority (the later declared first), then widths grow from the minimum: digits first, then names and
 * paths in proportion, and what is left goes to the paths.
 */
export function layoutColumns(table: Table, options: LayoutOptions): readonly LaidOutColumn[] {
  const gap = options.gap ?? 1;
  const width = Math.max(1, Math.floor(options.width));
  const chosen = choose(candidates(table, options), width, gap);
  const widths = new Map(chosen.map(({ id, spec }) => [id, spec.width[0]]));
  const [only] = chosen;
  if (chosen.length === 1 && only) widths.set(only.id, Math.min(width, only.spec.width[2]));

  const room = () => width - gap * (chosen.length - 1) - sum(widths.values());
  const rigid = chosen.filter(({ spec }) => !elasticTypes.has(spec.type));
  const elastic = chosen.filter(({ spec }) => elasticTypes.has(spec.type));
  raiseWhole(
    widths,
    rigid.filter(({ spec }) => spec.priority === 1),
    room,
  );
  share(widths, elastic, comfortable, room());
  raiseWhole(widths, rigid, room);
  share(widths, elastic, (spec) => spec.width[1], room());
  share(
    widths,
    elastic.filter(({ spec }) => spec.type === 'path'),
    (spec) => spec.width[2],
    room(),
  );
  share(widths, elastic, (spec) => spec.width[2], room());

  return chosen.map(({ id, spec }) => ({
    id,
    spec,
    width: widths.get(id) ?? spec.width[0],
    align: alignOf(spec.type),
    trim: trimOf(spec.type),
  }));
}

interface Candidate {
  readonly id: string;
  readonly spec: ColumnSpec;
}

function candidates(table: Table, { wide, columns }: LayoutOptions): Candidate[] {
  return table.columnIds.flatMap((id) => {
    const spec = table.columns[id];
    if (!spec) return [];
    const offered = columns ? columns.includes(id) : spec.priority > 0 && (wide || !spec.wide);
    return offered ? [{ id, spec }] : [];
  });
}

/** The most important columns that fit together; always one. */
function choose(all: readonly Candidate[], width: number, gap: number): Candidate[] {
  const byPriority = all.toSorted((a, b) => a.spec.priority - b.spec.priority);
  const kept = new Set<Candidate>();
  let least = -gap;
  let ease = -gap;
  for (const candidate of byPriority) {
    least += candidate.spec.width[0] + gap;
    ease += comfortable(candidate.spec) + gap;
    const fits = candidate.spec.priority <= essentialPriority ? least <= width : ease <= width;
    if (!fits && kept.size > 0) break;
    kept.add(candidate);
  }
  return all.filter((candidate) => kept.has(candidate));
}

/** Half way between readable and as wished. */
function comfortable(spec: ColumnSpec): number {
  return elasticTypes.has(spec.type) ? Math.ceil((spec.width[0] + spec.width[1]) / 2) : spec.width[1];
}

/** Gives each column its preferred width, as long as all of it can be had. */
function raiseWhole(widths: Map<string, number>, columns: readonly Candidate[], room: () => number): void {
  for (const { id, spec } of columns.toSorted((a, b) => a.spec.priority - b.spec.priority)) {
    const wish = spec.width[1] - (widths.get(id) ?? 0);
    if (wish > 0 && wish <= room()) widths.set(id, spec.width[1]);
  }
}

/** Shares `room` in proportion to what each column lacks up to `target`. */
function share(
  widths: Map<string, number>,
  columns: readonly Candidate[],
  target: (spec: ColumnSpec) => number,
  room: number,
): void {
  const lacks = columns.map(({ id, spec }) => Math.max(0, target(spec) - (widths.get(id) ?? 0)));
  const wanted = sum(lacks);
  if (wanted === 0 || room <= 0) return;
  const part = Math.min(1, room / wanted);
  let left = Math.min(room, wanted);
  columns.forEach(({ id }, at) => {
    const given = Math.floor((lacks[at] ?? 0) * part);
    widths.set(id, (widths.get(id) ?? 0) + given);
    lacks[at] = (lacks[at] ?? 0) - given;
    left -= given;
  });
  columns.forEach(({ id }, at) => {
    if (left <= 0 || (lacks[at] ?? 0) <= 0) return;
    widths.set(id, (widths.get(id) ?? 0) + 1);
    left -= 1;
  });
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
