/** Labels as rows hold them: in order, and no more of them than anybody reads. */
import type { HeaderList } from '../column.ts';

/** Kubernetes has no limit on how many; names have 253 characters before the slash and 63 behind it, values 63. */
const mostLabels = 64;
const mostName = 317;
const mostValue = 63;

export function boundedLabels(labels: Readonly<Record<string, string>>): HeaderList {
  return bounded(Object.entries(labels));
}

/** Of who may say anything. */
export function bounded(labels: HeaderList): HeaderList {
  return labels
    .filter(([name, value]) => typeof name === 'string' && name !== '' && typeof value === 'string')
    .map(([name, value]) => [name.slice(0, mostName), value.slice(0, mostValue)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .slice(0, mostLabels);
}

export function sameLabels(a: HeaderList, b: HeaderList): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every(([name, value], at) => name === b[at]?.[0] && value === b[at]?.[1]);
}

/** What controllers put on each pod, or each generation of pods, by themselves. */
const generated: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'pod-template-generation',
  'controller-revision-hash',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
]);

/** Those that say something of the workload. */
export function chosenLabels(labels: HeaderList): HeaderList {
  return labels.filter(([name]) => !generated.has(name));
}
