/** `:endpoints` as a list: enter shows the requests of a route. */
import { otherRoute } from '../../domain/route/route.ts';
import { endpoints } from '../../domain/tables/derived/endpoints.ts';
import { endpointStats } from '../../domain/tables/endpoint-stats.ts';
import type { StoredRow } from '../../store/store.ts';
import { byRate, goldenFailures, goldenSeverity, goldenSorts } from '../list/golden.ts';
import { drill, type ListSpec } from '../list/list-spec.ts';
import { summaryOf } from '../list/row-source.ts';
import { equals } from '../list/terms.ts';
import type { Opening } from '../view.ts';

export const endpointsList: ListSpec = {
  id: 'endpoints',
  table: endpoints,
  source: () => summaryOf(endpoints, endpointStats),
  noun: 'endpoints',
  sort: byRate,
  sorts: [
    { letter: 'n', column: 'service', title: 'service', first: 'ascending' },
    { letter: 'p', column: 'route', title: 'route', first: 'ascending' },
    ...goldenSorts,
  ],
  failures: goldenFailures,
  severityColumns: goldenSeverity,
  level: 'heads',
  copies: 'route',
  open: {
    title: 'its requests',
    run: (tools, stored) => {
      // DNS questions are counted by record type, and have a table of their own.
      if (stored.row.protocol === 'dns') drill(tools, 'dns', questionsOf(stored));
      else drill(tools, 'http', requestsOf(stored));
    },
  },
  requests: requestsOf,
  latency: (stored) => {
    const { service, method, route } = partsOf(stored);
    return { scope: { endpoint: { service, method, route } }, about: `${service} ${method} ${route}` };
  },
};

function requestsOf(stored: StoredRow): Opening {
  const { service, method, route } = partsOf(stored);
  const terms = [
    equals('to.svc', service),
    equals('method', method),
    route === otherRoute ? '' : equals('route', route),
  ];
  return { filter: terms.filter(Boolean).join(' '), about: `${method} ${route}` };
}

function questionsOf(stored: StoredRow): Opening {
  const { service, method } = partsOf(stored);
  return { filter: `${equals('to.svc', service)} ${equals('type', method)}`, about: service };
}

function partsOf({ row }: StoredRow) {
  return { service: String(row.service), method: String(row.method), route: String(row.route) };
}
