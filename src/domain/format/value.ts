/** A value of any column as one line of safe text. */
import { type ColumnSpec, type HeaderList, isSeries, type SemanticType, type Value } from '../column.ts';
import { type SanitizeOptions, sanitizeLine } from '../sanitize.ts';
import { formatBytes, formatPercent, formatRate } from './bytes.ts';
import { formatDuration } from './duration.ts';
import { bareWorkload, shortenEntity } from './entity.ts';
import { formatSparkline } from './sparkline.ts';
import { formatTime } from './time.ts';

export interface FormatOptions extends SanitizeOptions {
  /** Minutes east of UTC for wall clock times; default 0. */
  readonly offsetMinutes?: number | undefined;
  /** Cells there are: a clock leaves its milliseconds out rather than be cut, a pod the hash in its name. */
  readonly width?: number | undefined;
  /** Names, without their namespace, that pods of several namespaces have: the namespace stays with them. */
  readonly ambiguous?: ReadonlySet<string> | undefined;
}

/** What stands for "not known" or "does not apply". */
export const noValue = '-';

/** Values that are names of pods or workloads, where they are not processes or addresses. */
const entities = new Set<SemanticType>(['endpoint', 'pod', 'service']);

/** The text of a value, safe for a terminal, not cut to any width. */
export function formatValue(
  { type, payload = false }: Pick<ColumnSpec, 'type' | 'payload'>,
  value: Value | undefined,
  options?: FormatOptions,
): string {
  if (value === null || value === undefined || value === '') return noValue;
  switch (typeof value) {
    case 'string': {
      const text = sanitizeLine(value, options);
      const isShort = options?.width === undefined || !entities.has(type);
      if (isShort) return text;
      const keepsNamespace = (options.ambiguous?.size ?? 0) > 0 && options.ambiguous?.has(bareWorkload(text));
      return shortenEntity(text, options.width, options.ascii ? '~' : '…', keepsNamespace);
    }
    case 'number':
      return formatNumber(type, value, options);
    case 'bigint': {
      const clock = formatTime(value, options?.offsetMinutes);
      return options?.width !== undefined && options.width < clock.length ? clock.slice(0, 8) : clock;
    }
    case 'boolean':
      return value ? 'yes' : 'no';
    default:
      if (value instanceof Uint8Array) return `${formatBytes(value.length)} bytes`;
      if (isSeries(value))
        return formatSparkline(value, { width: options?.width ?? value.length, ascii: options?.ascii });
      return sanitizeLine(payload ? headerSummary(value) : labelSummary(value), options);
  }
}

function formatNumber(type: SemanticType, value: number, options: FormatOptions | undefined): string {
  if (!Number.isFinite(value)) return noValue;
  if (type === 'duration') return formatDuration(value, options);
  if (type === 'bytes') return formatBytes(value);
  if (type === 'byterate') return `${formatBytes(value)}/s`;
  if (type === 'rate') return formatRate(value);
  if (type === 'percent') return formatPercent(value);
  return String(value);
}

/** As kubectl has labels. */
function labelSummary(labels: HeaderList): string {
  return labels.map(([name, value]) => `${name}=${value}`).join(',');
}

function headerSummary(headers: HeaderList): string {
  return headers.map(([name, value]) => `${name}: ${value}`).join('; ');
}
