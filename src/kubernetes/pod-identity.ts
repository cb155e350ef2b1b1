/** What is kept of a pod of the API server: who it is, whose it is, what its containers are called. */

/** The part of core/v1 Pod that is read. */
export interface PodObject {
  readonly metadata?: {
    readonly uid?: string;
    readonly name?: string;
    readonly namespace?: string;
    readonly creationTimestamp?: Date | string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly controller?: boolean;
    }[];
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly initContainers?: readonly ContainerSpec[];
    readonly ephemeralContainers?: readonly ContainerSpec[];
    readonly containers?: readonly (ContainerSpec & {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    })[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerSpec {
  readonly name?: string;
}

interface ContainerStatus {
  readonly name: string;
  /** "containerd://ID", empty before it runs. */
  readonly containerID?: string;
  readonly lastState?: { readonly terminated?: { readonly containerID?: string } };
}

export interface PodOwner {
  /** Deployment, StatefulSet, DaemonSet, Job, ReplicaSet, Node, or whatever else controls it. */
  readonly kind: string;
  readonly name: string;
}

/** "Deployment/api" */
export const ownerText = (owner: PodOwner | null): string | null => owner && `${owner.kind}/${owner.name}`;

export interface PodIdentity {
  /** As cgroups have it (pod-cgroup.ts). */
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Null of a pod that nobody controls. */
  readonly owner: PodOwner | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly isHostNetwork: boolean;
  /** Pending, Running, Succeeded, Failed, Unknown. */
  readonly phase: string | null;
  readonly addresses: readonly string[];
  /** Names by container id, those that ran before included. */
  readonly containers: ReadonlyMap<string, string>;
  /** Names of those it should have, init and ephemeral ones included. */
  readonly declared: readonly string[];
}

/** Kubelet calls the cgroup of a static pod by the hash of its file; the API server knows it by a mirror pod with a UID of its own. */
const configHash = 'kubernetes.io/config.hash';
const templateHash = 'pod-template-hash';

/** Undefined for what is no pod. */
export function identityOf({ metadata, spec, status }: PodObject): PodIdentity | undefined {
  const { uid, name, namespace, labels = {}, annotations = {} } = metadata ?? {};
  if (!uid || !name || !namespace) return undefined;
  return {
    uid: annotations[configHash] ?? uid,
    namespace,
    name,
    owner: ownerOf(metadata?.ownerReferences ?? [], labels, metadata?.creationTimestamp),
    labels,
    annotations,
    isHostNetwork: spec?.hostNetwork === true,
    phase: status?.phase ?? null,
    addresses: (status?.podIPs ?? []).flatMap(({ ip }) => (ip ? [ip] : [])),
    containers: containersOf(status),
    declared: [spec?.initContainers, spec?.containers, spec?.ephemeralContainers].flatMap((list) =>
      (list ?? []).flatMap(({ name: each }) => each ?? []),
    ),
  };
}

/**
 * Who controls it in the end. A ReplicaSet of a Deployment is named after it and the hash of its template, which its pods have as a label: so nobody need be
 * allowed to read ReplicaSets (pkg/controller/deployment/sync.go, getNewReplicaSet). A Job of a CronJob is named after it and the time it was due
 * (pkg/controller/cronjob/utils.go, getJobName), which was not long before the pod was made.
 */
function ownerOf(
  references: NonNullable<NonNullable<PodObject['metadata']>['ownerReferences']>,
  labels: Readonly<Record<string, string>>,
  created: Date | string | undefined,
): PodOwner | null {
  const controller = references.find((reference) => reference.controller) ?? references[0];
  if (controller === undefined) return null;
  const { kind, name } = controller;
  const suffix = `-${labels[templateHash]}`;
  if (kind === 'ReplicaSet' && name.endsWith(suffix))
    return { kind: 'Deployment', name: name.slice(0, -suffix.length) };
  const [, cronJob, due] = kind === 'Job' ? (/^(.+)-(\d{8}|\d{10})$/.exec(name) ?? []) : [];
  if (cronJob !== undefined && due !== undefined && isDue(due, created)) return { kind: 'CronJob', name: cronJob };
  return { kind, name };
}

/** Retries of a Job go on for days. */
const mostLateMs = 7 * 24 * 3_600_000;
const earlyMs = 120_000;

/** "28391234", minutes since 1970, or seconds (before Kubernetes 1.21). */
function isDue(due: string, created: Date | string | undefined): boolean {
  const late = new Date(created ?? Number.NaN).getTime() - Number(due) * (due.length === 8 ? 60_000 : 1_000);
  return late >= -earlyMs && late <= mostLateMs;
}

function containersOf(status: PodObject['status']): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const list of [status?.initContainerStatuses, status?.containerStatuses, status?.ephemeralContainerStatuses]) {
    for (const { name, containerID, lastState } of list ?? []) {
      for (const id of [lastState?.terminated?.containerID, containerID]) if (id) names.set(withoutRuntime(id), name);
    }
  }
  return names;
}

const withoutRuntime = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
