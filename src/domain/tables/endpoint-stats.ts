/** `endpoint_stats`: requests for one route of one server in one second. */
import type { RowOf } from '../column.ts';
import { defineTable } from '../table.ts';
import { summaryColumns } from './shared/summary.ts';

export const endpointStats = defineTable({
  id: 'endpoint_stats',
  title: 'Requests by endpoint and second',
  doc: 'Per-second summary of the requests for one method and route template of one server. Paths with an id, a number, a UUID or a hash in them share a template; past the limit of templates a server may have, the rest is under "*".',
  key: 'id',
  time: 'time_',
  columns: {
    ...summaryColumns,
    destination: {
      type: 'endpoint',
      title: 'SERVER',
      width: [10, 24, 48],
      priority: 1,
      required: true,
      aliases: ['to', 'server'],
      doc: 'Who was asked: namespace/pod, else process, else address:port.',
    },
    namespace: {
      type: 'namespace',
      title: 'NAMESPACE',
      width: [6, 12, 24],
      priority: 5,
      aliases: ['ns'],
      doc: 'Namespace of the server pod.',
    },
    method: {
      type: 'method',
      title: 'METHOD',
      width: [4, 7, 10],
      priority: 1,
      required: true,
      doc: 'Request method, or the record type of a DNS question.',
    },
    route: {
      type: 'path',
      title: 'ROUTE',
      width: [12, 40, 120],
      priority: 1,
      required: true,
      aliases: ['path'],
      doc: 'Route template (http.route as far as it can be told from paths), query left out.',
    },
  },
});

export type EndpointStats = RowOf<typeof endpointStats.columns>;
