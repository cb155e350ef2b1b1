/** `pod_info`: who a pod is and whose, once a pod; whatever else is told of it is joined by its name (as kube-state-metrics has kube_pod_info, kube_pod_labels). */
import type { RowOf } from '../column.ts';
import { defineTable } from '../table.ts';

export const podInfo = defineTable({
  id: 'pod_info',
  title: 'Pod information',
  doc: 'Owner and labels of each pod of a node, as the API server has them; one row a pod, told anew when something of it changes.',
  key: 'id',
  time: 'time_',
  columns: {
    time_: {
      type: 'time',
      title: 'TIME',
      width: [8, 12, 12],
      priority: 9,
      wide: true,
      required: true,
      aliases: ['time'],
      doc: 'When the agent learnt of it (Unix time, ns).',
    },
    id: { type: 'id', title: 'ID', width: [8, 14, 24], priority: 0, required: true, doc: 'Identity: the UID.' },
    node: {
      type: 'node',
      title: 'NODE',
      width: [6, 12, 24],
      priority: 5,
      required: true,
      doc: 'Node it runs on.',
    },
    namespace: {
      type: 'namespace',
      title: 'NAMESPACE',
      width: [6, 12, 24],
      priority: 8,
      required: true,
      aliases: ['ns'],
      doc: 'Namespace of the pod.',
    },
    pod: {
      type: 'pod',
      title: 'POD',
      width: [16, 32, 52],
      priority: 1,
      required: true,
      aliases: ['name'],
      doc: 'Pod, namespace/name.',
    },
    uid: {
      type: 'id',
      title: 'UID',
      width: [8, 14, 36],
      priority: 9,
      wide: true,
      required: true,
      doc: 'UID as cgroups have it: metadata.uid, of a static pod the hash of its file.',
    },
    owner: {
      type: 'owner',
      title: 'OWNER',
      width: [12, 24, 44],
      priority: 2,
      doc: 'Who controls it, kind/name: Deployment, StatefulSet, DaemonSet, Job, CronJob, or whatever else; empty of a pod of its own.',
    },
    labels: {
      type: 'headers',
      title: 'LABELS',
      width: [12, 40, 120],
      priority: 3,
      aliases: ['label'],
      doc: 'Labels, by name; 64 of them at most.',
    },
    phase: {
      type: 'text',
      title: 'PHASE',
      width: [7, 9, 9],
      priority: 4,
      doc: 'Pending, Running, Succeeded, Failed or Unknown (core/v1 PodPhase), when it was last told.',
    },
    host_network: {
      type: 'bool',
      title: 'HOSTNET',
      width: [4, 7, 7],
      priority: 6,
      wide: true,
      required: true,
      doc: 'Whether it is on the network of its node, whose address it has.',
    },
  },
});

/** A row of `pod_info`. */
export type PodInfo = RowOf<typeof podInfo.columns>;
