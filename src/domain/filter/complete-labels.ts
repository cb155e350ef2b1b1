/** Labels and owners that there are, the commonest first. */
import { chosenLabels } from '../pods/labels.ts';
import type { Facts, PodFacts } from '../pods/pod-facts.ts';

/** What is written before the name of a label: "label.", "to.label."; undefined where no label is meant. */
export function labelPrefix(word: string): string | undefined {
  return /^(?:[a-z_]\w*\.)?label\./i.exec(word)?.[0];
}

/** Names of labels that people chose. */
export function labelNames(pods: PodFacts): readonly string[] {
  return commonest(pods, ({ labels }) => chosenLabels(labels).map(([name]) => name));
}

/** Values of a label, by its name in any case. */
export function labelValues(pods: PodFacts, name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return commonest(pods, ({ labels }) =>
    labels.flatMap(([each, value]) => (each.toLowerCase() === wanted ? [value] : [])),
  );
}

export function owners(pods: PodFacts): readonly string[] {
  return commonest(pods, ({ owner }) => (owner === null ? [] : [owner]));
}

function commonest(pods: PodFacts, textsOf: (facts: Facts) => readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const facts of pods.all()) for (const text of textsOf(facts)) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([text]) => text);
}
