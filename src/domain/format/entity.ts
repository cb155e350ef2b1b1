/** Names of pods and workloads in too little room: what goes first is what says least. */
import { namespaceOf, workloadOf } from '../workload.ts';

/** Letters of a generated end, the best first: so many at least tell two pods of one workload apart. */
const ends = [5, 4, 3, 2] as const;
const [fullEnd] = ends;
/** Of a workload's name that is cut, and of what is behind it. */
const [leastName, leastEnd] = [4, 3];

/**
 * The name in at most `width` characters where that can be had by leaving out the hash in its middle, then the namespace, then most of
 * the random end, then the end of the workload; otherwise as it is. There is one ellipsis, and none for the namespace:
 * `default/kuard-6b9c7d5f8-w4rtz` becomes `default/kuard…w4rtz`, `kuard…w4rtz`, `kuard…tz`, `kua…rtz`.
 *
 * @param keepsNamespace the namespace tells it from others and stays: `default/kuard…tz`, `default/k…rtz`
 */
export function shortenEntity(name: string, width: number, ellipsis: string, keepsNamespace = false): string {
  if (name.length <= width) return name;
  const namespace = namespaceOf(name);
  if (namespace === undefined) return name;
  const front = keepsNamespace ? `${namespace}/` : '';
  const bare = front + name.slice(namespace.length + 1);
  const workload = front + workloadOf(name).slice(namespace.length + 1);
  const isGenerated = bare.length > workload.length + fullEnd;
  if (!isGenerated) return bare;
  const short = ends.map((letters) => workload + ellipsis + bare.slice(-letters));
  const found = [keepsNamespace ? (short[0] ?? '') : `${namespace}/${short[0]}`, ...short].find(
    (candidate) => candidate.length <= width,
  );
  const room = width - ellipsis.length - leastEnd;
  return (
    found ?? (room < leastName ? (short.at(-1) ?? bare) : workload.slice(0, room) + ellipsis + bare.slice(-leastEnd))
  );
}

/** `api` for `shop/api-7d9f8b5c6-x2k4l`; what is no pod stands for itself. */
export function bareWorkload(name: string): string {
  const workload = workloadOf(name);
  return workload.slice((namespaceOf(workload)?.length ?? -1) + 1);
}
