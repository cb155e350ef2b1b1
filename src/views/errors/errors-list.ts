/** `:errors` as a list: enter opens the request, the query or the connection that failed. */
import type { Table } from '../../domain/table.ts';
import { failures } from '../../domain/tables/derived/failures.ts';
import type { StoredRow } from '../../store/store.ts';
import { failureSource, originOf } from '../list/failure-source.ts';
import type { ListSpec, ListTools } from '../list/list-spec.ts';

export const errorsList: ListSpec = {
  id: 'errors',
  table: failures,
  source: failureSource,
  noun: 'failures',
  sort: { column: 'time_', direction: 'ascending' },
  sorts: [
    { letter: 't', column: 'time_', title: 'time', first: 'ascending' },
    { letter: 'n', column: 'source', title: 'source', first: 'ascending' },
    { letter: 'd', column: 'destination', title: 'destination', first: 'ascending' },
    { letter: 'w', column: 'why', title: 'reason', first: 'ascending' },
    { letter: 'p', column: 'what', title: 'what failed', first: 'ascending' },
    { letter: 'l', column: 'latency', title: 'latency', first: 'descending' },
    { letter: 'f', column: 'class', title: 'class', first: 'ascending' },
  ],
  failures: { filter: 'class!=4xx', title: 'without 4xx' },
  severityColumns: ['class'],
  level: 'bodies',
  copies: 'what',
  open: { title: 'what failed', run: openOrigin },
  latency: ({ row }, pods) => {
    const service = pods.workloadOf(String(row.destination));
    return { scope: { service }, about: service };
  },
  origin: originOf,
  nothing: ['Nothing failed.', 'Requests, DNS queries and connections: all that were seen went well.'],
};

function openOrigin(tools: ListTools, failure: StoredRow): void {
  const origin = originOf(failure);
  if (!origin) return;
  const { table, stored } = origin;
  tools.context.openRow(table.id, stored, (step) => nextOf(tools, table, step));
}

/** The next failure of the same kind: a screen of one row steps through rows of one table. */
function nextOf(tools: ListTools, table: Table, step: number): StoredRow | undefined {
  for (let before = tools.current(); ; ) {
    const failure = tools.neighbour(step);
    if (!failure || failure.key === before?.key) return undefined;
    const origin = originOf(failure);
    if (origin?.table === table) return origin.stored;
    before = failure;
  }
}
