/** Pods laid out as directories: <base>/<namespace>/<pod>/<container>. */
import type { WorkloadResolver } from '../workload.ts';

/** `base` is a cgroup path, e.g. "/kelpie-demo-4711". */
export function createPodsBelow(base: string): WorkloadResolver {
  const prefix = base.endsWith('/') ? base : `${base}/`;
  return (path) => {
    if (!path.startsWith(prefix)) return undefined;
    const [namespace, name, container] = path.slice(prefix.length).split('/');
    if (!namespace || !name) return undefined;
    return { namespace, pod: `${namespace}/${name}`, container: container || null, unit: null };
  };
}
