/** Which rows belong to the namespaces chosen with the digits: those with either end in one of them. */
import type { Row, SemanticType } from '../../domain/column.ts';
import type { Table } from '../../domain/table.ts';
import { namespaceOf } from '../../domain/workload.ts';

/** What runs outside of pods is listed under this name. */
const host = 'host';
/** Values that begin with a namespace and a slash, where they are pods. */
const entityTypes = new Set<SemanticType>(['endpoint', 'pod', 'service']);

/** Whether a row is to be shown; undefined where all are. */
export function namespaceTest(table: Table, chosen: ReadonlySet<string>): ((row: Row) => boolean) | undefined {
  if (chosen.size === 0) return undefined;
  const { namespaces, entities } = columnsOf(table);
  if (namespaces.length + entities.length === 0) return undefined;
  return (row) => {
    const found = [
      ...namespaces.map((id) => row[id]),
      ...entities.map((id) => (typeof row[id] === 'string' ? namespaceOf(row[id]) : undefined)),
    ].filter((name) => typeof name === 'string' && name !== '');
    if (found.length === 0) return chosen.has(host);
    return found.some((name) => chosen.has(String(name)));
  };
}

/** The same for the agents, in the filter language; '' = all. It may let more pass, never less. */
export function namespaceTerm(table: Table, chosen: ReadonlySet<string>): string {
  const names = [...chosen].sort();
  // A name that needs quotes is none of Kubernetes' (RFC 1123 labels).
  if (names.length === 0 || names.includes(host) || !names.every((name) => /^[a-z0-9-]+$/.test(name))) return '';
  const { namespaces, entities } = columnsOf(table);
  return [
    ...namespaces.map((id) => `${id}=${names.join(',')}`),
    ...entities.map((id) => `${id}=${names.map((name) => `${name}/*`).join(',')}`),
  ].join(' or ');
}

function columnsOf(table: Table): { readonly namespaces: readonly string[]; readonly entities: readonly string[] } {
  const ofType = (wanted: (type: SemanticType) => boolean) =>
    table.columnIds.filter((id) => wanted(table.columns[id]?.type ?? 'text'));
  return {
    namespaces: ofType((type) => type === 'namespace'),
    entities: ofType((type) => entityTypes.has(type)),
  };
}
