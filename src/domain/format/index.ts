/** The door to formatting: text, alignment, order and severity of any value, by its semantic type. */
export { type Align, alignOf, type Trim, trimOf } from './align.ts';
export { formatBytes, formatCount, formatPercent, formatRate } from './bytes.ts';
export { compareValues, type Direction } from './compare.ts';
export { formatDuration } from './duration.ts';
export { bareWorkload, shortenEntity } from './entity.ts';
export { rowSeverity, severityMark, severityOf } from './severity.ts';
export { formatSparkline, type SparklineOptions, sparklineValues } from './sparkline.ts';
export { formatTime, formatTimestamp } from './time.ts';
export { type FormatOptions, formatValue, noValue } from './value.ts';
