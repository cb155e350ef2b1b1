/** `:svc` as a list: enter shows the pods of a service. */
import { services } from '../../domain/tables/derived/services.ts';
import type { StoredRow } from '../../store/store.ts';
import { byName, byRate, goldenFailures, goldenSeverity, goldenSorts, resourceSorts } from '../list/golden.ts';
import { drill, type ListSpec } from '../list/list-spec.ts';
import { summaryOf } from '../list/row-source.ts';
import { equals } from '../list/terms.ts';

export const svcList: ListSpec = {
  id: 'svc',
  table: services,
  source: () => summaryOf(services),
  noun: 'services',
  sort: byRate,
  sorts: [byName('service'), ...goldenSorts, ...resourceSorts],
  failures: goldenFailures,
  severityColumns: goldenSeverity,
  level: 'heads',
  copies: 'service',
  open: { title: 'its pods', run: (tools, stored) => drill(tools, 'pods', about(stored)) },
  requests: about,
  latency: (stored) => ({ scope: { service: nameOf(stored) }, about: nameOf(stored) }),
};

function about(stored: StoredRow) {
  return { filter: equals('svc', nameOf(stored)), about: nameOf(stored) };
}

function nameOf({ row }: StoredRow): string {
  return String(row.service);
}
