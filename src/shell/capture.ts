/** What is captured now because of what is on the screen, and how much of it the budget leaves out. */
import { formatPercent } from '../domain/format/index.ts';
import { sanitizeLine } from '../domain/sanitize.ts';
import type { Snapshot } from '../store/store.ts';
import { type StyledLine, span } from '../tui/styled-line.ts';
import type { Needs } from '../views/view.ts';

/** The newest seconds that rates and shares are taken from. */
const recentMs = 5_000;

export interface Recent {
  /** Requests a second over all agents, those left out included; undefined before the first summary. */
  readonly rate: number | undefined;
  /** Share of them that the budgets left out. */
  readonly leftOut: number;
}

/** What happened in the newest seconds. */
export function recentOf(snapshot: Snapshot): Recent {
  const { held } = snapshot;
  if (!held) return { rate: undefined, leftOut: 0 };
  const window = { from: Math.max(held.from, held.to - recentMs), to: held.to };
  const points = snapshot.timeline({}, window, 1_000);
  const sum = (of: 'requests' | 'sampledOut') => points.reduce((total, point) => total + point[of], 0);
  const requests = sum('requests');
  return {
    rate: points.length === 0 ? undefined : requests / points.length,
    leftOut: requests === 0 ? 0 : sum('sampledOut') / requests,
  };
}

const depth: Readonly<Record<string, number>> = { off: 0, flows: 1, heads: 2, bodies: 3 };

/**
 * "bodies of 2 pods", "heads of all": what the screen asks for. Where no agent has confirmed it yet that is said, and where the
 * budgets leave something out, how much. `brief` is for a line of 80 cells.
 */
export function captureLine(needs: Needs, snapshot: Snapshot, brief = false): StyledLine {
  const live = snapshot.agents.filter(({ status }) => status?.source.kind === 'live');
  if (live.length === 0) {
    const isReplay = snapshot.agents.some(({ status }) => status?.source.kind === 'recording');
    return [span(isReplay ? 'as recorded' : brief ? '' : 'nothing yet', 'muted')].filter(({ text }) => text !== '');
  }
  const granted = live.filter(({ status }) => {
    return status?.leases.some(({ level }) => (depth[level] ?? 0) >= (depth[needs.level] ?? 0));
  });
  const { leftOut } = recentOf(snapshot);
  const isAsking = granted.length < live.length && needs.level !== 'off';
  return [
    span(needs.level, 'strong'),
    span(brief ? '/' : ' of ', 'muted'),
    span(scopeText(needs.scopes, brief), 'strong'),
    ...(isAsking ? [span(brief ? '?' : ' (asked for)', 'muted')] : []),
    ...(leftOut > 0 ? [span(` ${formatPercent(leftOut)} left out`, 'warning')] : []),
  ];
}

function scopeText(scopes: readonly string[], brief: boolean): string {
  if (scopes.length === 0) return 'all';
  const [first = ''] = scopes;
  if (scopes.length === 1 && !brief) return sanitizeLine(first);
  return scopes.length === 1 ? '1 pod' : `${scopes.length} pods`;
}
