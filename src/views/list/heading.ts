/** The title of a list: `http(all)[1,234] </kuard> errors PAUSED 12 new since 12:03:04`. */
import { formatCount, formatDuration } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import { clockOf } from '../time.ts';
import type { ListSpec } from './list-spec.ts';
import type { ListState } from './list-state.ts';
import { sideTitles } from './sides.ts';

export interface HeadingFigures {
  readonly shown: number;
  readonly total: number;
  /** Rows that came since the pause; undefined where the agents were asked for that stretch of time alone. */
  readonly fresh: number | undefined;
  readonly namespaces: ReadonlySet<string>;
  /** What it was opened for, e.g. "shop/api". */
  readonly about: string | undefined;
  /** A row sums up a stretch of time: none is new. */
  readonly isSummary: boolean;
  /** While live, too, it shows a stretch of time and no more. */
  readonly isOfStretch: boolean;
}

export function headingOf(spec: ListSpec, state: ListState, figures: HeadingFigures): StyledLine {
  const { shown, total } = figures;
  const count = shown === total ? formatCount(shown) : `${formatCount(shown)} of ${formatCount(total)}`;
  return [
    span(spec.id, 'title'),
    span('(', 'text'),
    span(scopeOf(state, figures), 'titleScope'),
    span(')[', 'text'),
    span(count, 'titleCount'),
    span(']', 'text'),
    ...(spec.caption === undefined ? [] : [span(` ${spec.caption}`, 'muted')]),
    ...(state.side === 'both' ? [] : [span(` ${sideTitles[state.side]}`, 'titleScope')]),
    ...(state.filterText === '' ? [] : [span(` </${sanitizeLine(state.filterText)}>`, 'titleFilter')]),
    ...(state.failuresOnly ? [span(` ${spec.failures.title}`, 'error')] : []),
    ...timeSpans(state, figures),
  ];
}

function scopeOf(state: ListState, { about, namespaces }: HeadingFigures): string {
  if (about !== undefined) return sanitizeLine(about);
  if (namespaces.size > 0) return sanitizeLine([...namespaces].join(','));
  return state.filterText !== '' || state.failuresOnly ? 'some' : 'all';
}

function timeSpans({ time, frozen }: ListState, { fresh, isSummary, isOfStretch }: HeadingFigures): StyledLine {
  if (time.kind === 'live') return isOfStretch ? [span(` last ${spanText(time.spanMs)}`, 'muted')] : [];
  if (frozen && !isSummary) {
    if (fresh === undefined) return [span(' '), span(` PAUSED all up to ${clockOf(time.at)} `, 'paused')];
    return [span(' '), span(` PAUSED ${formatCount(fresh)} new since ${clockOf(time.at)} `, 'paused')];
  }
  const word = time.kind === 'paused' ? 'PAUSED' : 'PAST';
  return [span(' '), span(` ${word} ${clockOf(time.at - time.spanMs)}-${clockOf(time.at)} `, 'paused')];
}

/** 60 s is a minute, not "1m00s". */
export function spanText(ms: number): string {
  return formatDuration(ms * 1e6)
    .replace(/(?<=\d[mhd])00[smh]$/, '')
    .replace(/(\.\d*?)0+s$/, '$1s')
    .replace('.s', 's');
}
