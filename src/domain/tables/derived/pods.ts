/** `pods`: what each pod serves and uses. */
import type { RowOf } from '../../column.ts';
import { defineTable } from '../../table.ts';
import { lastColumns, usageColumns } from '../shared/derived.ts';
import { servingColumns } from '../shared/golden.ts';

export const pods = defineTable({
  id: 'pods',
  title: 'Pods',
  doc: 'What each pod serves and uses over the stretch of time shown; processes outside of pods that serve or call are listed too.',
  key: 'pod',
  time: 'time_',
  columns: {
    pod: {
      type: 'pod',
      title: 'POD',
      width: [22, 32, 52],
      priority: 1,
      required: true,
      aliases: ['name'],
      doc: 'namespace/name; a process or an address outside of pods.',
    },
    namespace: {
      type: 'namespace',
      title: 'NAMESPACE',
      width: [6, 12, 24],
      priority: 8,
      wide: true,
      aliases: ['ns'],
      doc: 'Namespace.',
    },
    service: {
      type: 'service',
      title: 'SERVICE',
      width: [8, 20, 40],
      priority: 0,
      aliases: ['svc'],
      doc: 'namespace/workload.',
    },
    owner: {
      type: 'owner',
      title: 'OWNER',
      width: [12, 22, 40],
      priority: 7,
      wide: true,
      doc: 'Who controls it, kind/name: Deployment/api; empty of what nobody controls, and where it is not known.',
    },
    labels: {
      type: 'headers',
      title: 'LABELS',
      width: [12, 40, 120],
      priority: 0,
      doc: 'Labels, by name, where they are known.',
    },
    ...servingColumns,
    cpu: { ...usageColumns.cpu, thresholds: [0.7, 0.9], doc: 'CPU use as a share of one core.' },
    throttled: {
      type: 'percent',
      title: 'THROTTLED',
      width: [6, 9, 9],
      priority: 8,
      wide: true,
      thresholds: [0.05, 0.25],
      doc: 'Share of time in which it was kept from running by its limit.',
    },
    memory: { ...usageColumns.memory, doc: 'Working set (bytes).' },
    memory_share: {
      type: 'percent',
      title: 'MEM%',
      width: [5, 6, 7],
      priority: 7,
      thresholds: [0.8, 0.95],
      doc: 'Working set as a share of the limit.',
    },
    restarts: {
      type: 'count',
      title: 'RESTARTS',
      width: [4, 8, 8],
      priority: 8,
      wide: true,
      thresholds: [1, 5],
      doc: 'How often a container came back while it was watched.',
    },
    calls: {
      type: 'rate',
      title: 'CALLS',
      width: [6, 7, 8],
      priority: 5,
      required: true,
      doc: 'Requests per second that it made itself.',
    },
    node: { type: 'node', title: 'NODE', width: [6, 12, 24], priority: 7, wide: true, doc: 'Node it runs on.' },
    ...lastColumns,
  },
});

export type PodRow = RowOf<typeof pods.columns>;
