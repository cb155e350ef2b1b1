/** The title of the live table: `http(all)[1,234] </kuard> errors PAUSED 12 new`. */
import { formatCount } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { HttpState } from './http-state.ts';

export interface HeadingFigures {
  readonly shown: number;
  readonly total: number;
  /** Rows that came since the pause. */
  readonly fresh: number;
}

export function headingOf(state: HttpState, { shown, total, fresh }: HeadingFigures): StyledLine {
  const isNarrowed = state.filterText !== '' || state.errorsOnly;
  const count = shown === total ? formatCount(shown) : `${formatCount(shown)} of ${formatCount(total)}`;
  return [
    span('http', 'title'),
    span('(', 'text'),
    span(isNarrowed ? 'some' : 'all', 'titleScope'),
    span(')[', 'text'),
    span(count, 'titleCount'),
    span(']', 'text'),
    ...(state.filterText === '' ? [] : [span(` </${sanitizeLine(state.filterText)}>`, 'titleFilter')]),
    ...(state.errorsOnly ? [span(' errors', 'error')] : []),
    ...(state.paused ? [span(' '), span(` PAUSED ${formatCount(fresh)} new `, 'paused')] : []),
  ];
}
