/** The look of a cell: what its value means, else what its type is. */
import type { ColumnSpec, SemanticType, Severity, Value } from '../../domain/column.ts';
import { severityOf } from '../../domain/format/index.ts';
import type { Token } from '../../tui/theme.ts';
import type { Move } from './deltas.ts';

const severityTokens: Readonly<Record<Severity, Token>> = {
  none: 'text',
  ok: 'ok',
  notice: 'info',
  warn: 'warning',
  bad: 'error',
};

/** What a type looks like where its value is nothing special. */
const typeTokens: Partial<Record<SemanticType, Token>> = {
  time: 'muted',
  method: 'accent',
  endpoint: 'name',
  pod: 'name',
  service: 'name',
  namespace: 'name',
  bytes: 'muted',
  byterate: 'muted',
  id: 'muted',
  ip: 'muted',
  port: 'muted',
};

/** Figures of which nothing is to be seen when there is nothing. */
const figures = new Set<SemanticType>(['rate', 'byterate', 'percent', 'count', 'bytes']);

export function cellToken(spec: ColumnSpec, value: Value | undefined): Token {
  const severity = severityOf(spec, value);
  if (severity !== 'none') return severityTokens[severity];
  if (value === null || value === undefined || (value === 0 && figures.has(spec.type))) return 'muted';
  return typeTokens[spec.type] ?? 'text';
}

/** The mark before a row and the bar over the selected one. What is well has no colour of its own there. */
export function rowToken(severity: Severity): Token {
  if (severity === 'notice') return 'muted';
  return severity === 'warn' || severity === 'bad' ? severityTokens[severity] : 'text';
}

/** An arrow beside a figure that moved: red where more is worse, green where less is better, else just news. */
export function moveToken(spec: ColumnSpec, move: Move): Token {
  const isWorseUp = spec.type === 'duration' || spec.thresholds !== undefined;
  if (!isWorseUp) return 'info';
  return move > 0 ? 'error' : 'ok';
}
