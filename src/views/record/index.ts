/** One row of a table in words: what happened, then every value with what it means. */
import { connStats } from '../../domain/tables/conn-stats.ts';
import { dnsEvents } from '../../domain/tables/dns-events.ts';
import { networkStats } from '../../domain/tables/network-stats.ts';
import { processStats } from '../../domain/tables/process-stats.ts';
import { tcpStatsEvents } from '../../domain/tables/tcp-stats-events.ts';
import type { RowViewSpec } from '../view.ts';
import { describeConnection, describeFlow } from './describe-connection.ts';
import { describeDns } from './describe-dns.ts';
import { recordView } from './record-view.ts';

/** For each table that has no view of its own for a row. */
export const recordSpecs: readonly RowViewSpec[] = [
  recordView({
    table: dnsEvents,
    name: 'query',
    describe: describeDns,
    ways: [
      { key: 'o', title: 'its connection', viewId: 'conns', filterOf: ({ conn_id }) => connFilter(conn_id) },
      {
        key: 'h',
        title: 'other queries for it',
        viewId: 'dns',
        filterOf: ({ query_name }) => `name="${String(query_name)}"`,
      },
    ],
  }),
  recordView({
    table: tcpStatsEvents,
    name: 'connection',
    describe: describeConnection,
    ways: [
      { key: 'h', title: 'its requests', viewId: 'http', filterOf: ({ conn_id }) => connFilter(conn_id) },
      {
        key: 'o',
        title: 'its DNS queries',
        viewId: 'dns',
        filterOf: ({ conn_id, protocol }) => (protocol === 'dns' ? connFilter(conn_id) : undefined),
      },
    ],
  }),
  recordView({ table: connStats, name: 'flow', describe: describeFlow, ways: [] }),
  recordView({ table: processStats, name: 'process', describe: () => [], ways: [] }),
  recordView({ table: networkStats, name: 'network', describe: () => [], ways: [] }),
];

function connFilter(id: unknown): string | undefined {
  return typeof id === 'string' && id !== '' ? `conn=${id}` : undefined;
}
