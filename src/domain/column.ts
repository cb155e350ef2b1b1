/** What a column of a table is: one declaration from which views, filters, sorting, JSON, CSV and help derive. */

/**
 * The meaning of a value. It decides storage, formatting, alignment, comparison, filter operators,
 * thresholds and colours, and drill-down. `duration` is in nanoseconds, `bytes` in bytes, `time` in Unix nanoseconds,
 * `rate` per second, `byterate` bytes per second, `percent` a share (0.1 = 10 %). A `sketch` is the encoded distribution of
 * durations (sketch/sketch.ts), a `series` one number per equal step of time, oldest first, NaN where nothing is known. An `owner` is
 * "kind/name", headers are pairs of a name and a text.
 */
export type SemanticType =
  | 'time'
  | 'duration'
  | 'bytes'
  | 'count'
  | 'rate'
  | 'byterate'
  | 'percent'
  | 'port'
  | 'status'
  | 'bool'
  | 'id'
  | 'text'
  | 'enum'
  | 'method'
  | 'path'
  | 'ip'
  | 'endpoint'
  | 'pod'
  | 'namespace'
  | 'service'
  | 'owner'
  | 'node'
  | 'process'
  | 'headers'
  | 'body'
  | 'sketch'
  | 'series';

/** How much a value asks for attention; shown as colour and as a mark. */
export type Severity = 'none' | 'ok' | 'notice' | 'warn' | 'bad';

/** Header fields in wire order; names keep their case, duplicates stay apart. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Tells a series from header fields, which are arrays of pairs. */
export function isSeries(value: HeaderList | readonly number[]): value is readonly number[] {
  return typeof value[0] === 'number';
}

/** How a semantic type is held in memory and sent over the wire. */
export type StorageOf<T extends SemanticType> = T extends 'time'
  ? bigint
  : T extends 'duration' | 'bytes' | 'count' | 'rate' | 'byterate' | 'percent' | 'port' | 'status'
    ? number
    : T extends 'bool'
      ? boolean
      : T extends 'headers'
        ? HeaderList
        : T extends 'body' | 'sketch'
          ? Uint8Array
          : T extends 'series'
            ? readonly number[]
            : string;

/** Any value a row can hold; `null` is "not known" or "does not apply". */
export type Value = StorageOf<SemanticType> | null;

/** One column as declared in `src/domain/tables/*`. The key in the declaration is the column's id everywhere: JSON, CSV, SQL, filters. */
export interface ColumnSpec<T extends SemanticType = SemanticType> {
  readonly type: T;
  /** Header in tables, upper case by convention, e.g. "STATUS". */
  readonly title: string;
  /** One sentence for help and docs, with the unit and, where there is one, the source (RFC, OpenTelemetry name). */
  readonly doc: string;
  /** Cells: minimum, preferred, maximum. */
  readonly width: readonly [min: number, preferred: number, max: number];
  /** 1 = kept on the narrowest screen; a higher number goes first. 0 = never a table column (detail and JSON only). */
  readonly priority: number;
  /** Shown only in wide mode (`w`, `-o wide`). */
  readonly wide?: boolean;
  /** Values never null. */
  readonly required?: boolean;
  /** Column that is shown in the place of this one where this has no value and that one is not on the screen. */
  readonly standIn?: string;
  /** Header or body: sent only when asked for, never in live rows of a terminal. */
  readonly payload?: boolean;
  /** Names the filter language accepts besides the id. */
  readonly aliases?: readonly string[];
  /** Numbers from which a value is worth a warning and from which it is bad; durations have a default (format/severity.ts). */
  readonly thresholds?: readonly [warn: number, bad: number];
  /** Of an `enum`: what its values mean for a person on call. */
  readonly severities?: Readonly<Record<string, Severity>>;
  /** Whether a filter's bare words look here; by default the type and priority decide (filter/search.ts). */
  readonly search?: boolean;
  /** Of a `series`: what its values are, for formatting, thresholds and colours. */
  readonly of?: SemanticType;
  /** Closed set of values of an `enum`, for completion and checks. */
  readonly values?: readonly string[];
}

export type ColumnSpecs = Readonly<Record<string, ColumnSpec>>;

/** The row type a column declaration implies. */
export type RowOf<C extends ColumnSpecs> = {
  readonly [K in keyof C]: C[K]['required'] extends true ? StorageOf<C[K]['type']> : StorageOf<C[K]['type']> | null;
};

/** A row of any table, as generic code sees it. */
export type Row = Readonly<Record<string, Value>>;
