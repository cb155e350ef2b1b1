/** `services`: pods of one workload together. */
import type { RowOf } from '../../column.ts';
import { defineTable } from '../../table.ts';
import { lastColumns, usageColumns } from '../shared/derived.ts';
import { servingColumns } from '../shared/golden.ts';

export const services = defineTable({
  id: 'services',
  title: 'Services',
  doc: 'What each workload serves, its pods taken together, over the stretch of time shown. A workload is who owns the pods: Deployment, StatefulSet, DaemonSet, Job or CronJob; where no owner is known it is told from the names of the pods: shop/api for shop/api-7d9f8-x2k4l.',
  key: 'service',
  time: 'time_',
  columns: {
    service: {
      type: 'service',
      title: 'SERVICE',
      width: [18, 28, 44],
      priority: 1,
      required: true,
      aliases: ['svc', 'name'],
      doc: 'namespace/workload; a process or an address outside of pods.',
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
    pods: {
      type: 'count',
      title: 'PODS',
      width: [4, 4, 6],
      priority: 4,
      required: true,
      doc: 'Pods seen in the stretch of time shown.',
    },
    ...servingColumns,
    ...usageColumns,
    ...lastColumns,
  },
});

export type ServiceRow = RowOf<typeof services.columns>;
