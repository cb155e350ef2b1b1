/** `endpoints`: each route of each service. */
import type { RowOf } from '../../column.ts';
import { defineTable } from '../../table.ts';
import { lastColumns } from '../shared/derived.ts';
import { goldenColumns } from '../shared/golden.ts';

export const endpoints = defineTable({
  id: 'endpoints',
  title: 'Endpoints',
  doc: 'Requests by service, method and route template over the stretch of time shown.',
  key: 'id',
  time: 'time_',
  columns: {
    id: {
      type: 'id',
      title: 'ID',
      width: [8, 14, 24],
      priority: 0,
      required: true,
      doc: 'Identity: service, method and route.',
    },
    service: {
      type: 'service',
      title: 'SERVICE',
      width: [12, 22, 40],
      priority: 2,
      required: true,
      aliases: ['svc', 'to'],
      doc: 'Who serves it.',
    },
    namespace: {
      type: 'namespace',
      title: 'NAMESPACE',
      width: [6, 12, 24],
      priority: 9,
      wide: true,
      aliases: ['ns'],
      doc: 'Namespace of the service.',
    },
    protocol: {
      type: 'text',
      title: 'PROTO',
      width: [4, 6, 8],
      priority: 8,
      wide: true,
      required: true,
      aliases: ['proto'],
      doc: 'Application protocol.',
    },
    method: { type: 'method', title: 'METHOD', width: [4, 7, 10], priority: 1, required: true, doc: 'Request method.' },
    route: {
      type: 'path',
      title: 'ROUTE',
      width: [16, 36, 100],
      priority: 1,
      required: true,
      aliases: ['path'],
      doc: 'Route template.',
    },
    ...goldenColumns,
    time_: { ...lastColumns.time_, doc: 'When it was asked for last (Unix time, ns).' },
  },
});

export type EndpointRow = RowOf<typeof endpoints.columns>;
