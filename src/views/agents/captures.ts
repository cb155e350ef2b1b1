/** What an agent captures now: the deepest level that somebody holds of each scope, and what its budgets leave out. */
import type { AgentLease, CaptureLevel } from '../../domain/agent-status.ts';
import { formatBytes, formatPercent, formatRate } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { AgentState } from '../../store/store.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';

export interface Capture {
  readonly level: string;
  /** '' = everything. */
  readonly scope: string;
  /** Terminals that hold it. */
  readonly holders: number;
  /** Until the last of them lets go, ms. */
  readonly remainingMs: number;
}

const depths: readonly CaptureLevel[] = ['off', 'flows', 'heads', 'bodies'];
const depthOf = (level: string) => depths.indexOf(level as CaptureLevel);

/** Each scope once, the deepest first. */
export function capturesOf(leases: readonly AgentLease[]): readonly Capture[] {
  const byScope = Map.groupBy(leases, ({ scope }) => scope);
  return [...byScope]
    .map(([scope, held]): Capture => {
      const depth = Math.max(...held.map(({ level }) => depthOf(level)));
      const deepest = held.filter(({ level }) => depthOf(level) === depth);
      return {
        level: deepest[0]?.level ?? 'off',
        scope,
        holders: new Set(deepest.map(({ client }) => client)).size,
        remainingMs: Math.max(...deepest.map(({ remainingMs }) => remainingMs)),
      };
    })
    .toSorted((a, b) => depthOf(b.level) - depthOf(a.level) || a.scope.localeCompare(b.scope));
}

/** How agents write the scope that has no bounds. */
const isEverything = (scope: string) => scope === '' || scope === 'everything';

/** "bodies of all", "heads of 2 pods", for a column. */
export function captureText({ status }: AgentState): { readonly text: string; readonly token: Token } {
  if (!status) return { text: '-', token: 'muted' };
  if (status.source.kind === 'recording') return { text: 'as recorded', token: 'muted' };
  const captures = capturesOf(status.leases);
  const [deepest] = captures;
  if (!deepest) return { text: 'counters only', token: 'muted' };
  // A lease on several pods lists them in one text.
  const scopes = captures.filter(({ level }) => level === deepest.level).flatMap(({ scope }) => scope.split(', '));
  const isAll = scopes.some(isEverything);
  const where = isAll ? 'all' : scopes.length === 1 ? '1 pod' : `${scopes.length} pods`;
  return { text: `${sanitizeLine(deepest.level)} of ${where}`, token: 'text' };
}

/** Share of the captured bytes that budgets leave out now; 0 = nothing. */
export function leftOutShare({ rates }: AgentState): number {
  const leftOut = rates.sampled_bytes ?? 0;
  const captured = rates.captured_bytes ?? 0;
  return leftOut > 0 ? leftOut / (leftOut + captured) : 0;
}

const meanings: Readonly<Record<string, string>> = {
  flows: 'connections and counters',
  heads: 'and heads',
  bodies: 'and bodies',
};

/** A line for each scope, and one for the budgets. */
export function captureLines(state: AgentState): readonly StyledLine[] {
  const { status } = state;
  if (!status) return [];
  if (status.source.kind === 'recording') {
    return [[span('  what the recording holds: leases change nothing about it', 'muted')]];
  }
  const captures = capturesOf(status.leases);
  if (captures.length === 0) {
    return [[span('  connections and counters alone: nobody has a lease on more', 'muted')], budgetLine(state)];
  }
  const lines = captures.map(({ level, scope, holders, remainingMs }): StyledLine => {
    const seconds = Math.max(0, Math.round(remainingMs / 1000));
    const who = `${holders === 1 ? '1 terminal' : `${holders} terminals`}, ${seconds} s left`;
    return [
      span(`  ${sanitizeLine(level).padEnd(8)}`, 'strong'),
      span((sanitizeLine(scope) || 'everything').padEnd(24), 'name'),
      span(who.padEnd(24)),
      span(meanings[level] ?? '', 'muted'),
    ];
  });
  return [...lines, budgetLine(state)];
}

function budgetLine(state: AgentState): StyledLine {
  const { rates } = state;
  const share = leftOutShare(state);
  const messages = rates.sampled_messages ?? 0;
  if (share === 0 && messages === 0) return [span('  within budget: nothing is left out', 'ok')];
  return [
    span(`  over budget: ${formatRate(messages)} messages, ${formatBytes(rates.sampled_bytes ?? 0)}/s`, 'warning'),
    span(
      ` (${formatPercent(share)}) are counted but not read; rates and latencies of what is read stay right`,
      'muted',
    ),
  ];
}
