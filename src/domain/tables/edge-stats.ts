/** `edge_stats`: requests from one client to one server in one second. */
import type { RowOf } from '../column.ts';
import { defineTable } from '../table.ts';
import { summaryColumns } from './shared/summary.ts';

export const edgeStats = defineTable({
  id: 'edge_stats',
  title: 'Requests by edge and second',
  doc: 'Per-second summary of the requests from one client to one server. Client ports are not told apart.',
  key: 'id',
  time: 'time_',
  columns: {
    ...summaryColumns,
    source: {
      type: 'endpoint',
      title: 'SOURCE',
      width: [10, 24, 48],
      priority: 1,
      required: true,
      aliases: ['from', 'src'],
      doc: 'Who asked: namespace/pod, else process, else address.',
    },
    destination: {
      type: 'endpoint',
      title: 'DESTINATION',
      width: [10, 24, 48],
      priority: 1,
      required: true,
      aliases: ['to', 'dst', 'dest'],
      doc: 'Who was asked: namespace/pod, else process, else the name DNS gave the address, else address:port.',
    },
    port: {
      type: 'port',
      title: 'PORT',
      width: [5, 5, 5],
      priority: 3,
      required: true,
      doc: 'Port of the server (server.port).',
    },
    source_namespace: {
      type: 'namespace',
      title: 'FROM NS',
      width: [6, 12, 24],
      priority: 0,
      doc: 'Namespace of the client pod.',
    },
    destination_namespace: {
      type: 'namespace',
      title: 'TO NS',
      width: [6, 12, 24],
      priority: 0,
      doc: 'Namespace of the server pod.',
    },
  },
});

export type EdgeStats = RowOf<typeof edgeStats.columns>;
