/** `:pods` as a list: enter shows the requests of a pod, and only that pod is captured with its bodies. */
import { pods } from '../../domain/tables/derived/pods.ts';
import { namespaceOf } from '../../domain/workload.ts';
import type { StoredRow } from '../../store/store.ts';
import { byName, byRate, goldenFailures, goldenSeverity, goldenSorts, resourceSorts } from '../list/golden.ts';
import { drill, type ListSpec } from '../list/list-spec.ts';
import { summaryOf } from '../list/row-source.ts';
import { equals } from '../list/terms.ts';
import type { Opening } from '../view.ts';

export const podsList: ListSpec = {
  id: 'pods',
  table: pods,
  source: () => summaryOf(pods),
  noun: 'pods',
  sort: byRate,
  sorts: [byName('pod'), ...goldenSorts, ...resourceSorts],
  failures: goldenFailures,
  severityColumns: [...goldenSeverity, 'throttled', 'memory_share'],
  level: 'heads',
  copies: 'pod',
  open: { title: 'its requests', run: (tools, stored) => drill(tools, 'http', requestsOf(stored)) },
  requests: requestsOf,
  latency: (stored) => ({ scope: { pod: nameOf(stored) }, about: nameOf(stored) }),
};

/** What is no pod has no rows of its own side: it is one end of those of others. */
function requestsOf(stored: StoredRow): Opening {
  const pod = nameOf(stored);
  if (namespaceOf(pod) === undefined) return { filter: equals('any', pod), about: pod };
  return { filter: equals('pod', pod), scope: { pod }, about: pod };
}

function nameOf({ row }: StoredRow): string {
  return String(row.pod);
}
