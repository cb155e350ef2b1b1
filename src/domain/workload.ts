/** What a pod is one of, told from its name, for as long as nobody says who owns it. */

/**
 * The letters of which Kubernetes makes names up: no vowels, so that no words come about, and no digits that look like letters
 * (k8s.io/apimachinery/pkg/util/rand).
 */
const made = '[bcdfghjklmnpqrstvwxz2456789]';
/** Of a Deployment: hash of the pod template and a random end. Of a DaemonSet, Job or ReplicaSet: the end alone. Of a StatefulSet: a number. */
const ends = new RegExp(`(?:-${made}{4,10}-${made}{5}|-${made}{5}|-\\d{1,4})$`);

/**
 * The workload behind an entity: `shop/api` for the pod `shop/api-7d9f8-x2k4l`. What is no pod (a process, an address, a name)
 * stands for itself.
 */
export function workloadOf(entity: string): string {
  const slash = entity.indexOf('/');
  if (slash <= 0) return entity;
  const name = entity.slice(slash + 1);
  const workload = name.replace(ends, '');
  return workload === '' ? entity : entity.slice(0, slash + 1) + workload;
}

/** The namespace of an entity: `shop` for `shop/api-7d9f8-x2k4l`; undefined for what is no pod. */
export function namespaceOf(entity: string): string | undefined {
  const slash = entity.indexOf('/');
  return slash > 0 ? entity.slice(0, slash) : undefined;
}
