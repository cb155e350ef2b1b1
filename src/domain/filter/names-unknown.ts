/** Which answers of an agent a terminal of a cluster may correct: those about ends that the agent knows by address or DNS name alone. */
import type { SemanticType } from '../column.ts';
import type { Table } from '../table.ts';
import type { Doubt, RowTest } from './compile.ts';

/** What a name of the cluster changes. */
const named = new Set<SemanticType>(['endpoint', 'pod', 'service', 'namespace', 'text']);

/** An end that is no "namespace/name" may be given one. */
export function namesUnknown(table: Table): Doubt {
  const ends = ['source', 'destination'].filter((id) => table.columnIds.includes(id));
  if (ends.length === 0) return { comparison: () => undefined, search: undefined };
  const isUnnamed: RowTest = (row) =>
    ends.some((id) => typeof row[id] === 'string' && !(row[id] as string).includes('/'));
  return {
    comparison({ id, spec, read }) {
      // A Service's port becomes that of the pods behind it.
      const isNamed = named.has(spec.type) || (id === 'port' && !read);
      return isNamed && !spec.payload ? isUnnamed : undefined;
    },
    search: isUnnamed,
    endsAtPayload: true,
  };
}
