/** `namespaces`: all of a namespace together. */
import type { RowOf } from '../../column.ts';
import { defineTable } from '../../table.ts';
import { lastColumns, usageColumns } from '../shared/derived.ts';
import { servingColumns } from '../shared/golden.ts';

export const namespaces = defineTable({
  id: 'namespaces',
  title: 'Namespaces',
  doc: 'What each namespace serves, its pods taken together. What runs outside of pods is under "host".',
  key: 'namespace',
  time: 'time_',
  columns: {
    namespace: {
      type: 'namespace',
      title: 'NAMESPACE',
      width: [12, 20, 40],
      priority: 1,
      required: true,
      aliases: ['ns', 'name'],
      doc: 'Namespace.',
    },
    services: {
      type: 'count',
      title: 'SERVICES',
      width: [4, 8, 8],
      priority: 3,
      required: true,
      doc: 'Workloads seen in the stretch of time shown.',
    },
    pods: {
      type: 'count',
      title: 'PODS',
      width: [4, 4, 6],
      priority: 2,
      required: true,
      doc: 'Pods seen in the stretch of time shown.',
    },
    ...servingColumns,
    ...usageColumns,
    ...lastColumns,
  },
});

export type NamespaceRow = RowOf<typeof namespaces.columns>;
