/** The names by which a person asks for a table. */
import { AppError } from '../domain/errors.ts';
import { nearest } from '../domain/filter/suggest.ts';
import type { Table } from '../domain/table.ts';
import { derivedTables, tables } from '../domain/tables/index.ts';

/** What people call a table, first what it is shown as; its id always means it, too. */
const shortNames: Readonly<Record<string, readonly string[]>> = {
  http_events: ['http'],
  dns_events: ['dns'],
  tcp_stats_events: ['conns', 'tcp', 'connections'],
  services: ['svc', 'service'],
  pods: ['pods', 'pod', 'po'],
  namespaces: ['ns', 'namespace'],
  endpoints: ['endpoints', 'endpoint', 'ep'],
  edges: ['edges', 'edge', 'map'],
  flows: ['flows', 'flow'],
};

const all: readonly Table[] = [...tables, ...derivedTables];
const namesOf = ({ id }: Table) => [...(shortNames[id] ?? []), id];
/** How a table is called in a list of them: "http", "svc", "pod_stats". */
const nameOf = (table: Table) => namesOf(table)[0] ?? table.id;

/** Names of all tables, for help and for errors. */
export const tableNames: readonly string[] = all.map(nameOf);

/**
 * The table a person means by "http", "http_events" or "svc".
 *
 * @throws AppError `usage` with a suggestion
 */
export function tableNamed(name: string): Table {
  const table = all.find((each) => namesOf(each).includes(name));
  if (table) return table;
  const near = nearest(name, all.flatMap(namesOf));
  const hint = near ? ` Did you mean ${near}?` : '';
  throw new AppError('usage', { detail: `There is no table "${name}".${hint} Tables: ${tableNames.join(', ')}.` });
}
