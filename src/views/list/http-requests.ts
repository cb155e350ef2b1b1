/** Lists of HTTP requests: `!` leaves what failed, `C` copies a request as curl. `:http` and `:slow` are two of them. */
import type { Row } from '../../domain/column.ts';
import { toCurl } from '../../domain/output/index.ts';
import { type HttpEvent, httpEvents } from '../../domain/tables/http-events.ts';
import { errorText } from '../error-text.ts';
import type { ListSpec, ListTools } from './list-spec.ts';
import { rowsOf } from './row-source.ts';

const failures = 'outcome=error,unanswered,reset';

/** What tells such a list from the others: at least its id. */
export interface RequestsList extends Partial<ListSpec> {
  readonly id: string;
  /** While live, too, only requests of the stretch of time shown. */
  readonly isRecent?: boolean;
  /** What it is about at all, in the filter language. */
  readonly base?: string;
  /** What hangs is shown with its age. */
  readonly hasAges?: boolean;
}

export function requestsList({ isRecent = false, hasAges = false, base = '', ...own }: RequestsList): ListSpec {
  return {
    ...common,
    source: () => rowsOf(httpEvents, { failures, isRecent, hasAges, base }),
    actions: curlAction(own.id),
    ...own,
  };
}

/** What both ends have in common beside the client's address. */
export function requestOf({ req_method, req_path }: Row): string {
  return `${req_method} ${req_path}`;
}

const common: Omit<ListSpec, 'id' | 'source'> = {
  table: httpEvents,
  noun: 'HTTP',
  group: 'requests',
  sort: { column: 'time_', direction: 'ascending' },
  sorts: [
    { letter: 't', column: 'time_', title: 'time', first: 'ascending' },
    { letter: 'l', column: 'latency', title: 'latency', first: 'descending' },
    { letter: 's', column: 'resp_status', title: 'status', first: 'descending' },
    { letter: 'm', column: 'req_method', title: 'method', first: 'ascending' },
    { letter: 'p', column: 'req_path', title: 'path', first: 'ascending' },
    { letter: 'n', column: 'source', title: 'source', first: 'ascending' },
    { letter: 'd', column: 'destination', title: 'destination', first: 'ascending' },
    { letter: 'b', column: 'resp_body_size', title: 'response size', first: 'descending' },
    { letter: 'r', column: 'req_body_size', title: 'request size', first: 'descending' },
  ],
  failures: { filter: failures, title: 'errors only' },
  severityColumns: ['outcome', 'resp_status'],
  sides: { first: 'both', subjectOf: requestOf },
  level: 'bodies',
  copies: 'req_path',
  open: {
    title: 'headers, body',
    run: ({ context, neighbour }, stored) => context.openRow(httpEvents.id, stored, neighbour),
  },
  latency: ({ row }, pods) => {
    const service = pods.workloadOf(String(row.destination));
    return { scope: { service }, about: service };
  },
};

function curlAction(id: string): NonNullable<ListSpec['actions']> {
  return (tools) => [
    {
      id: `${id}.curl`,
      title: 'copy as curl',
      keys: ['shift+c'],
      group: 'requests',
      hint: true,
      disabled: tools.noRow,
      run: () => copyCurl(tools),
    },
  ];
}

function copyCurl({ context, current }: ListTools): void {
  const stored = current();
  if (!stored) return;
  const what = 'curl command';
  context.ports.fetchRow(stored.agent, httpEvents.id, String(stored.row[httpEvents.key])).then(
    (row: Row) => context.copy(toCurl(row as HttpEvent), what),
    (error: unknown) => context.flash('error', `could not copy ${what}: ${errorText(error)}`),
  );
}
