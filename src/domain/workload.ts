/** The workload a pod belongs to, told from the name that Kubernetes gave the pod. Pure: no owner is looked up. */

/** Kubernetes' alphabet for generated names (k8s.io/apimachinery, util/rand): no vowels, no 0, 1, 3. */
const random = '[bcdfghjklmnpqrstvwxz2456789]{5}';
/** A pod template's hash: the digits of a 32-bit number, each encoded with that alphabet, which leaves ten letters (rand.SafeEncodeString). */
const templateHash = '[456789bcdf]{4,10}';

/** What controllers put behind a workload's name, the longest first. */
const generated: readonly RegExp[] = [
  // Deployment → ReplicaSet → pod.
  new RegExp(`-${templateHash}-${random}$`),
  // CronJob → Job, named after the minute (older clusters: the second) it was due → pod.
  /-(?:\d{8}|\d{10})-[a-z0-9]{5}$/,
  // DaemonSet, Job, ReplicaSet → pod.
  new RegExp(`-${random}$`),
  // StatefulSet → pod: its ordinal.
  /-(?:0|[1-9]\d{0,3})$/,
];

/** Words without vowels that people give as a name's last part: a pod made by hand keeps them. */
const words = /-(?:https|mssql|mtls)$/;

/**
 * The workload behind an entity: `shop/api` for the pod `shop/api-7d9f8b5c6-x2k4l`. What is no pod (a process, an address, a name)
 * stands for itself, and so does a pod no controller made. One made by hand whose name looks generated is taken for one: without
 * its owner nobody can tell.
 */
export function workloadOf(entity: string): string {
  const slash = entity.indexOf('/');
  return slash > 0 ? entity.slice(0, slash + 1) + workloadOfPod(entity.slice(slash + 1)) : entity;
}

/** "api" for the pod name "api-7d9f8b5c6-x2k4l", "db" for "db-0", "backup" for "backup-28391234-abcde". */
export function workloadOfPod(name: string): string {
  if (words.test(name)) return name;
  for (const suffix of generated) {
    const at = name.search(suffix);
    if (at > 0) return name.slice(0, at);
  }
  return name;
}

/** The namespace of an entity: `shop` for `shop/api-7d9f8-x2k4l`; undefined for what is no pod. */
export function namespaceOf(entity: string): string | undefined {
  const slash = entity.indexOf('/');
  return slash > 0 ? entity.slice(0, slash) : undefined;
}
