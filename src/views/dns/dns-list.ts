/** `:dns` as a list: enter shows all that is known of a question. */
import { dnsEvents } from '../../domain/tables/dns-events.ts';
import type { ListSpec } from '../list/list-spec.ts';
import { rowsOf } from '../list/row-source.ts';

const failures = 'outcome=error,unanswered';

export const dnsList: ListSpec = {
  id: 'dns',
  table: dnsEvents,
  source: () => rowsOf(dnsEvents, { failures }),
  noun: 'DNS queries',
  sort: { column: 'time_', direction: 'ascending' },
  sorts: [
    { letter: 't', column: 'time_', title: 'time', first: 'ascending' },
    { letter: 'l', column: 'latency', title: 'latency', first: 'descending' },
    { letter: 'n', column: 'query_name', title: 'name', first: 'ascending' },
    { letter: 's', column: 'rcode', title: 'response code', first: 'ascending' },
    { letter: 'd', column: 'destination', title: 'resolver', first: 'ascending' },
    { letter: 'r', column: 'retries', title: 'retries', first: 'descending' },
  ],
  failures: { filter: failures, title: 'errors only' },
  severityColumns: ['outcome', 'rcode', 'retries'],
  // The resolver is watched too, as a rule, and has nothing to add.
  sides: { first: 'once', subjectOf: ({ query_type, query_name }) => `${query_type} ${query_name}` },
  level: 'heads',
  copies: 'query_name',
  open: {
    title: 'all of it',
    run: ({ context, neighbour }, stored) => context.openRow(dnsEvents.id, stored, neighbour),
  },
};
