/** `:conns` as a list: enter shows the requests on a connection, or all that is known of it. */
import { tcpStatsEvents } from '../../domain/tables/tcp-stats-events.ts';
import type { StoredRow } from '../../store/store.ts';
import { drill, type ListSpec, type ListTools } from '../list/list-spec.ts';
import { rowsOf } from '../list/row-source.ts';
import { equals } from '../list/terms.ts';
import type { Opening } from '../view.ts';

const failures = 'state=reset,refused,timeout,unreachable,aborted';

export const connsList: ListSpec = {
  id: 'conns',
  table: tcpStatsEvents,
  source: () => rowsOf(tcpStatsEvents, { failures, areUpdated: true }),
  noun: 'connections',
  // A connection keeps its place while its figures grow: when it was opened does not change.
  sort: { column: 'opened', direction: 'descending' },
  sorts: [
    { letter: 't', column: 'time_', title: 'last active', first: 'descending' },
    { letter: 'n', column: 'source', title: 'source', first: 'ascending' },
    { letter: 'd', column: 'destination', title: 'destination', first: 'ascending' },
    { letter: 'f', column: 'state', title: 'state', first: 'ascending' },
    { letter: 's', column: 'tx', title: 'bytes sent', first: 'descending' },
    { letter: 'r', column: 'rx', title: 'bytes received', first: 'descending' },
    { letter: 'w', column: 'retransmits', title: 'retransmits', first: 'descending' },
    { letter: 'l', column: 'rtt', title: 'round trip time', first: 'descending' },
    { letter: 'm', column: 'duration', title: 'age', first: 'descending' },
  ],
  failures: { filter: failures, title: 'failed or reset' },
  severityColumns: ['state', 'retransmits'],
  sides: { first: 'both', subjectOf: () => '' },
  level: 'flows',
  copies: 'destination',
  open: {
    title: 'its requests',
    run: (tools, stored) => {
      if (isHttp(stored)) drill(tools, 'http', requestsOf(stored));
      else describe(tools, stored);
    },
  },
  describe: { title: 'all of it', run: describe },
  requests: requestsOf,
};

function describe({ context, neighbour }: ListTools, stored: StoredRow): void {
  context.openRow(tcpStatsEvents.id, stored, neighbour);
}

function isHttp({ row }: StoredRow): boolean {
  return String(row.protocol ?? '').startsWith('http');
}

function requestsOf({ row }: StoredRow): Opening {
  return { filter: equals('conn', row.conn_id), about: `connection ${row.conn_id}` };
}
