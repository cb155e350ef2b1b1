/** What runs in a cgroup, and how that is found out. */

/** Null where it does not apply. */
export interface Workload {
  readonly namespace: string | null;
  /** "namespace/name". */
  readonly pod: string | null;
  readonly container: string | null;
  /** systemd unit, e.g. "nginx.service": names what has no pod and no known process. */
  readonly unit: string | null;
  /** While the container is not known for sure: the only one that it can be, as far as it speaks to anybody. */
  readonly supposed?: string;
  /** Ask again: more will be known of it. */
  readonly isProvisional?: boolean;
}

/** Reads a workload off a cgroup path (below the cgroup v2 mount, beginning with "/"); undefined = not mine to say. */
export type WorkloadResolver = (path: string) => Workload | undefined;

/** What a pod is called that is there, and of which the API server did not tell yet. No process and no unit has a name with this in it. */
export const untoldPod = (uid: string): string => `${untoldPrefix}${uid}`;
export const isUntoldPod = (name: string | null | undefined): boolean => name?.startsWith(untoldPrefix) === true;
const untoldPrefix = 'pod ';

export const noWorkload: Workload = { namespace: null, pod: null, container: null, unit: null };
