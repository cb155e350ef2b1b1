/** Whose the pods at the two ends of a row are, and their labels, as far as it is known. */
import type { Row } from '../domain/column.ts';
import type { Facts, PodFacts } from '../domain/pods/pod-facts.ts';
import { sanitizeLine } from '../domain/sanitize.ts';
import { wrapWords } from './wrap-words.ts';

export interface PodLine {
  readonly label: string;
  readonly value: string;
}

/** One end: `owner`, then its labels in lines of at most `width` characters. Nothing where nothing is known. */
export function podLines(entity: string, pods: PodFacts, width: number, ascii: boolean): readonly PodLine[] {
  const facts = pods.factsOf(entity);
  if (!facts) return [];
  const owner = facts.owner === null ? [] : [{ label: 'owner', value: sanitizeLine(facts.owner, { ascii }) }];
  if (facts.labels.length === 0) return owner;
  return [...owner, ...wrapWords(labelText(facts, ascii), width).map(lineOf)];
}

/** The same of both ends, each under its name. */
export function endLines(row: Row, pods: PodFacts, width: number, ascii: boolean): readonly PodLine[] {
  return (['source', 'destination'] as const).flatMap((id) => {
    const entity = row[id];
    if (typeof entity !== 'string') return [];
    const lines = podLines(entity, pods, width, ascii);
    return lines.map(({ label, value }) => ({ label: label === '' ? '' : `${id} ${label}`, value }));
  });
}

/** "app=kuard tier=web" */
function labelText({ labels }: Facts, ascii: boolean): string {
  return labels.map(([name, value]) => sanitizeLine(`${name}=${value}`, { ascii })).join(' ');
}

function lineOf(value: string, at: number): PodLine {
  return { label: at === 0 ? 'labels' : '', value };
}
