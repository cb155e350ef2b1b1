/** `pod_stats`: requests of one pod in one second. */
import type { RowOf } from '../column.ts';
import { defineTable } from '../table.ts';
import { summaryColumns } from './shared/summary.ts';

export const podStats = defineTable({
  id: 'pod_stats',
  title: 'Requests by pod and second',
  doc: 'Per-second summary of the requests each pod served (server) and made (client), complete whatever is captured of bodies.',
  key: 'id',
  time: 'time_',
  columns: {
    ...summaryColumns,
    entity: {
      type: 'endpoint',
      title: 'WHO',
      width: [10, 24, 48],
      priority: 1,
      required: true,
      doc: 'Whose requests: namespace/pod, else process, else address.',
    },
    namespace: {
      type: 'namespace',
      title: 'NAMESPACE',
      width: [6, 12, 24],
      priority: 5,
      aliases: ['ns'],
      doc: 'Namespace of the pod; empty outside of pods.',
    },
    pod: {
      type: 'pod',
      title: 'POD',
      width: [8, 20, 48],
      priority: 0,
      doc: 'Pod, namespace/name; empty outside of pods.',
    },
  },
});

export type PodStats = RowOf<typeof podStats.columns>;
