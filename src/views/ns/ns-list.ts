/** `:ns` as a list: enter shows the services of a namespace. */
import { namespaces } from '../../domain/tables/derived/namespaces.ts';
import type { StoredRow } from '../../store/store.ts';
import { byName, byRate, goldenFailures, goldenSeverity, goldenSorts, resourceSorts } from '../list/golden.ts';
import { drill, type ListSpec } from '../list/list-spec.ts';
import { summaryOf } from '../list/row-source.ts';
import { equals } from '../list/terms.ts';

/** What runs outside of pods is listed under this name; it has no namespace. */
const host = 'host';

export const nsList: ListSpec = {
  id: 'ns',
  table: namespaces,
  source: () => summaryOf(namespaces),
  noun: 'namespaces',
  sort: byRate,
  sorts: [byName('namespace'), ...goldenSorts, ...resourceSorts],
  failures: goldenFailures,
  severityColumns: goldenSeverity,
  level: 'heads',
  copies: 'namespace',
  allNamespaces: true,
  open: {
    title: 'its services',
    run: (tools, stored) => {
      const name = nameOf(stored);
      drill(tools, 'svc', { filter: name === host ? 'ns=' : equals('ns', name), about: name });
    },
  },
  requests: (stored) => {
    const name = nameOf(stored);
    return { filter: name === host ? 'ns=' : equals('ns', name), about: name };
  },
  latency: (stored) => ({ scope: { namespace: nameOf(stored) }, about: nameOf(stored) }),
};

function nameOf({ row }: StoredRow): string {
  return String(row.namespace);
}
