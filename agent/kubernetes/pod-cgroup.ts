/**
 * Which pod and container a cgroup path belongs to, by the names that kubelet and container runtimes give cgroups. Nothing but the path is
 * needed, so a container that is gone can still be told.
 *
 * Sources: kubelet pkg/kubelet/cm/cgroup_manager_linux.go and qos_container_manager_linux.go (names of QoS classes and pods, both drivers),
 * containerd internal/cri/server/podsandbox/helpers_linux.go, CRI-O internal/config/cgmgr, moby daemon/oci_linux.go (names of containers).
 */

export interface PodCgroup {
  /** As the API server has it: with hyphens. Of a static pod it is the hash of its file, 32 hexadecimal digits. */
  readonly podUid: string;
  /** Without the runtime's prefix; null of the pod's own cgroup, which has no processes, and of the helpers of a runtime. */
  readonly containerId: string | null;
}

/** "pod" and a UID, alone (cgroupfs) or at the end of a slice's name, in which systemd's hyphens are written as underscores. */
const podPart = /(?:^|[-_])pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$/;
/**
 * containerd under systemd without its driver names one cgroup "SLICE:PREFIX:ID".
 */
const inOne = /^(.*\.slice):[^:]+:([0-9a-f]{64})$/;
/** "ID" (cgroupfs), "cri-containerd-ID.scope", "crio-ID.scope", "docker-ID.scope"; runtimes make IDs of 64 digits. */
const containerPart = /^(?:[a-z][a-z-]*-)?([0-9a-f]{64})(?:\.scope)?$/;
/** CRI-O's conmon watches a container and is none. */
const helper = /^crio-conmon-/;

/**
 * The innermost pod in a path below the cgroup v2 mount; undefined where there is none. Where nodes are containers themselves (kind, k3d), the path
 * of the outer one comes before it. What a container makes below its own cgroup belongs to it.
 */
export function podOfCgroup(path: string): PodCgroup | undefined {
  const parts = path.split('/');
  for (let at = parts.length - 1; at > 0; at -= 1) {
    const part = parts[at] ?? '';
    const both = inOne.exec(part);
    const uid = uidIn(both?.[1] ?? part);
    if (uid !== undefined) return { podUid: uid, containerId: both?.[2] ?? containerIn(parts[at + 1]) };
  }
  return undefined;
}

function uidIn(part: string): string | undefined {
  const uid = podPart.exec(part)?.[1];
  return uid?.replaceAll('_', '-');
}

function containerIn(part: string | undefined): string | null {
  if (part === undefined || helper.test(part)) return null;
  return containerPart.exec(part)?.[1] ?? null;
}
