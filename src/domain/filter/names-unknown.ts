/** Which answers of an agent a terminal of a cluster may correct: those about ends that the agent knows by address or DNS name alone. */
import type { Row, SemanticType } from '../column.ts';
import type { PodFacts } from '../pods/pod-facts.ts';
import type { Table } from '../table.ts';
import type { Doubt, RowTest } from './compile.ts';

/** What a name of the cluster changes. */
const named = new Set<SemanticType>(['endpoint', 'pod', 'service', 'namespace', 'owner', 'text']);

/** An end that is no "namespace/name" may be given one; of one that is, more may be known. */
export function namesUnknown(table: Table, pods: PodFacts): Doubt {
  const ends = ['source', 'destination'].filter((id) => table.columnIds.includes(id));
  const isUnnamed: RowTest | undefined =
    ends.length === 0
      ? undefined
      : (row) => ends.some((id) => typeof row[id] === 'string' && !(row[id] as string).includes('/'));
  return {
    comparison({ id, spec, read, pods: columns }) {
      if (columns) return (row) => isUnknown(row, columns, pods);
      // A Service's port becomes that of the pods behind it.
      const isNamed = named.has(spec.type) || (id === 'port' && !read);
      return isNamed && !spec.payload ? isUnnamed : undefined;
    },
    search: isUnnamed,
    endsAtPayload: true,
  };
}

/** One of these is no pod that is known here: it has no name yet, is of another node, or a workload. */
function isUnknown(row: Row, columns: readonly string[], pods: PodFacts): boolean {
  return columns.some((id) => typeof row[id] === 'string' && !pods.knows(row[id]));
}
