/** `:flows` as a list: enter shows the connections between the two ends. */
import { flows } from '../../domain/tables/derived/flows.ts';
import type { StoredRow } from '../../store/store.ts';
import { drill, type ListSpec } from '../list/list-spec.ts';
import { summaryOf } from '../list/row-source.ts';
import { equals } from '../list/terms.ts';
import type { Opening } from '../view.ts';

export const flowsList: ListSpec = {
  id: 'flows',
  table: flows,
  source: () => summaryOf(flows),
  noun: 'flows',
  sort: { column: 'sent_rate', direction: 'descending' },
  sorts: [
    { letter: 'n', column: 'source', title: 'source', first: 'ascending' },
    { letter: 'd', column: 'destination', title: 'destination', first: 'ascending' },
    { letter: 's', column: 'sent_rate', title: 'bytes sent', first: 'descending' },
    { letter: 'r', column: 'recv_rate', title: 'bytes received', first: 'descending' },
    { letter: 'f', column: 'conn_failed', title: 'failed connections', first: 'descending' },
    { letter: 'w', column: 'retransmits', title: 'retransmits', first: 'descending' },
    { letter: 'l', column: 'rtt', title: 'round trip time', first: 'descending' },
    { letter: 'c', column: 'connections', title: 'connections', first: 'descending' },
    { letter: 't', column: 'time_', title: 'last active', first: 'descending' },
  ],
  failures: { filter: 'conn_failed>0 or resets>0', title: 'with failures' },
  severityColumns: ['conn_failed', 'resets'],
  level: 'flows',
  copies: 'destination',
  open: {
    title: 'its connections',
    run: (tools, stored) => {
      const { row } = stored;
      if (row.transport === 'tcp') drill(tools, 'conns', between(stored));
      // Datagrams have no connections; what they asked is what there is to see.
      else if (row.protocol === 'dns') drill(tools, 'dns', between(stored));
      else tools.context.openJson(flows, stored);
    },
  },
  requests: between,
};

function between({ row }: StoredRow): Opening {
  return {
    filter: `${equals('from', row.source)} ${equals('to', row.destination)}`,
    about: `${row.source} > ${row.destination}`,
  };
}
