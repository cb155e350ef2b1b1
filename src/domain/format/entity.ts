/** Names of pods and workloads in too little room: what goes first is what says least. */
import { namespaceOf, workloadOf } from '../workload.ts';

/** Of a generated end, so many letters at least tell two pods of one workload apart. */
const leastEnd = 2;
const end = 5;

/**
 * The name in at most `width` characters where that can be had by leaving out the hash in its middle, then the namespace, then most of
 * the random end; otherwise as it is. `default/kuard-6b9c7d5f8-w4rtz` becomes `default/kuard…w4rtz`, `…kuard…w4rtz`, `kuard…rtz`.
 */
export function shortenEntity(name: string, width: number, ellipsis: string): string {
  if (name.length <= width) return name;
  const namespace = namespaceOf(name);
  if (namespace === undefined) return name;
  const workload = workloadOf(name).slice(namespace.length + 1);
  const bare = name.slice(namespace.length + 1);
  const isGenerated = bare.length > workload.length + end;
  const tail = (letters: number) => (isGenerated ? ellipsis + bare.slice(-letters) : bare.slice(workload.length));
  const candidates = [
    `${namespace}/${workload}${tail(end)}`,
    `${ellipsis}${workload}${tail(end)}`,
    ...(isGenerated ? [5, 4, 3, leastEnd].map((letters) => workload + tail(letters)) : []),
  ];
  return candidates.find((candidate) => candidate.length <= width) ?? (isGenerated ? workload + tail(3) : bare);
}
