/**
 * Fields that no table has as a column but people ask for all the same: either end of a row, the namespace or service in the name of an
 * end, the port of the server, the route of a path. Worked out from the row, the same at the agents and in the terminal.
 */
import type { ColumnSpec, Row, SemanticType, Value } from '../column.ts';
import { serverPort } from '../server-port.ts';
import type { Table } from '../table.ts';
import { namespaceOf, workloadOf } from '../workload.ts';

export interface VirtualField {
  /** What it is called, e.g. "svc", "to.ns". */
  readonly id: string;
  readonly spec: ColumnSpec;
  /** Its values in a row: one for each end that has one. */
  read(row: Row): readonly Value[];
}

/** A field of this table by name; undefined where the table has a column of that name, or nothing to work it out from. */
export function virtualField(table: Table, name: string): VirtualField | undefined {
  const wanted = name.toLowerCase();
  const dot = wanted.indexOf('.');
  if (dot > 0) return partField(table, wanted.slice(0, dot), wanted.slice(dot + 1));
  return virtualFields(table).find(({ id, spec }) => id === wanted || spec.aliases?.includes(wanted));
}

/** Every such field the table offers, without parts of columns. */
export function virtualFields(table: Table): readonly VirtualField[] {
  const ends = endsOf(table);
  const fields: VirtualField[] = [];
  const offer = (id: string, type: SemanticType, doc: string, read: VirtualField['read'], aliases: string[] = []) => {
    if (!hasName(table, id)) fields.push({ id, spec: specOf(id, type, doc, aliases), read });
  };
  if (ends.length > 1) {
    offer(
      'any',
      'endpoint',
      'Either end.',
      readText(ends, (end) => end),
    );
    if (isOfPods(table, ends)) offer('pod', 'pod', 'Either end, where it is a pod.', readText(ends, podIn));
    offer('svc', 'service', 'Workload of either end.', readText(ends, workloadOf), ['service']);
    offer('ns', 'namespace', 'Namespace of either end.', readText(ends, namespaceOf), ['namespace']);
  }
  if (['trace_role', 'local_port', 'remote_port'].every((id) => table.columnIds.includes(id))) {
    offer('port', 'port', 'Port of the server, whichever end it was seen at.', (row) => {
      const port = serverPort(row);
      return port === undefined ? [] : [port];
    });
  }
  const path = table.columnIds.find((id) => table.columns[id]?.type === 'path');
  if (path !== undefined) {
    offer('route', 'path', 'Route template of the path, e.g. /orders/{number}.', (row) => textsOf(row, path));
  }
  return fields;
}

/** `to.svc`, `from.ns`: what the name of one end says. */
function partField(table: Table, base: string, part: string): VirtualField | undefined {
  const column = endsOf(table).find((id) => id === base || table.columns[id]?.aliases?.includes(base));
  if (column === undefined) return undefined;
  const id = `${base}.${part}`;
  if (part === 'ns' || part === 'namespace') {
    return { id, spec: specOf(id, 'namespace', 'Namespace of that end.'), read: readText([column], namespaceOf) };
  }
  if (part === 'svc' || part === 'service') {
    return { id, spec: specOf(id, 'service', 'Workload of that end.'), read: readText([column], workloadOf) };
  }
  return undefined;
}

function endsOf(table: Table): readonly string[] {
  return ['source', 'destination'].filter((id) => {
    const type = table.columns[id]?.type;
    return type === 'endpoint' || type === 'service';
  });
}

function isOfPods(table: Table, ends: readonly string[]): boolean {
  return ends.every((id) => table.columns[id]?.type === 'endpoint');
}

function hasName(table: Table, name: string): boolean {
  return table.columnIds.some((id) => id === name || table.columns[id]?.aliases?.includes(name));
}

function specOf(title: string, type: SemanticType, doc: string, aliases: readonly string[] = []): ColumnSpec {
  return { type, title, doc, width: [1, 1, 1], priority: 0, aliases };
}

function textsOf(row: Row, id: string): readonly string[] {
  const value = row[id];
  return typeof value === 'string' && value !== '' ? [value] : [];
}

function readText(ids: readonly string[], part: (end: string) => string | undefined): VirtualField['read'] {
  return (row) => ids.flatMap((id) => textsOf(row, id).flatMap((end) => part(end) ?? []));
}

function podIn(end: string): string | undefined {
  return namespaceOf(end) === undefined ? undefined : end;
}
