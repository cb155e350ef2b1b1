/** What an agent says of the cluster it is in: where its names come from, what it may not capture. */
import type { AgentNames, AgentPolicy } from '../../domain/agent-status.ts';
import { formatCount } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { AgentState } from '../../store/store.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import { wrapWords } from '../wrap-words.ts';

const podCount = (count: number): string => (count === 1 ? '1 pod' : `${formatCount(count)} pods`);

type Fact = (label: string, value: string, token?: Token) => StyledLine;

/** A line for each, where there is something to say. */
export function clusterFacts({ status }: AgentState, fact: Fact): readonly StyledLine[] {
  const { names, policy } = status ?? {};
  return [...(names ? [namesFact(names, fact)] : []), ...(policy ? policyFacts(policy, fact) : [])];
}

function namesFact({ state, reason, pods }: AgentNames, fact: Fact): StyledLine {
  if (state === 'away') return fact('names', `as they were (${podCount(pods)}): ${sanitizeLine(reason)}`, 'warning');
  if (state === 'connecting') return fact('names', 'asking the API server for the pods of this node …', 'info');
  return fact('names', `of ${podCount(pods)}, by the API server`);
}

function policyFacts(policy: AgentPolicy, fact: Fact): readonly StyledLine[] {
  const { problem, captureAtMost, excludeNamespaces, redactFields, pods } = policy;
  const parts = [
    captureAtMost === 'bodies' ? '' : `${sanitizeLine(captureAtMost)} at most`,
    excludeNamespaces.length === 0 ? '' : `not ${excludeNamespaces.map((name) => sanitizeLine(name)).join(', ')}`,
    redactFields.length === 0 ? '' : `secret too: ${redactFields.map((name) => sanitizeLine(name)).join(', ')}`,
    pods.length === 0 ? '' : `${podCount(pods.length)} kept back`,
  ].filter(Boolean);
  const line = fact('policy', parts.join('; ') || 'keeps nothing back');
  return problem === ''
    ? [line]
    : [line, fact('', `the one there is now cannot be read, this one stays: ${sanitizeLine(problem)}`, 'warning')];
}

/** Each pod that is kept back, and by what; where that does not fit behind it, below it. */
export function keptBackLines({ status }: AgentState, width: number): readonly StyledLine[] {
  const pods = status?.policy?.pods ?? [];
  const podWidth = Math.min(48, Math.max(0, ...pods.map(({ pod }) => pod.length)));
  return pods.flatMap(({ pod, level, reason }): readonly StyledLine[] => {
    const name = `  ${sanitizeLine(pod).padEnd(podWidth)}  `;
    const why = sanitizeLine(reason);
    const head = [span(name, 'name'), span(sanitizeLine(level).padEnd(8), level === 'off' ? 'warning' : 'text')];
    return name.length + 8 + why.length < width
      ? [[...head, span(why, 'muted')]]
      : [head, ...wrapWords(why, width - 5).map((words) => [span(`    ${words}`, 'muted')])];
  });
}
