/**
 * Fields that no table has as a column but people ask for all the same: either end of a row, the namespace or service in the name of an
 * end, its owner and labels, the port of the server, the route of a path. Worked out from the row and from what is known of pods, the same at
 * the agents and in the terminal.
 */
import type { ColumnSpec, Row, SemanticType, Value } from '../column.ts';
import { type Facts, labelOf, namesAlone, type PodFacts } from '../pods/pod-facts.ts';
import { serverPort } from '../server-port.ts';
import type { Table } from '../table.ts';
import { namespaceOf } from '../workload.ts';

export interface VirtualField {
  /** What it is called, e.g. "svc", "to.ns". */
  readonly id: string;
  readonly spec: ColumnSpec;
  /** Its values in a row: one for each end that has one. */
  read(row: Row): readonly Value[];
  /** Columns with pods in them of which more has to be known than their names. */
  readonly pods?: readonly string[];
}

/** A field of this table by name; undefined where the table has a column of that name, or nothing to work it out from. */
export function virtualField(table: Table, name: string, pods: PodFacts = namesAlone): VirtualField | undefined {
  const wanted = name.toLowerCase();
  const dot = wanted.indexOf('.');
  if (dot < 0)
    return virtualFields(table, pods).find(({ id, spec }) => id === wanted || spec.aliases?.includes(wanted));
  const [base, part] = [wanted.slice(0, dot), wanted.slice(dot + 1)];
  if (base === 'label' && !hasName(table, 'label')) return labelField(wanted, podColumns(table), part, pods);
  return partField(table, base, part, pods);
}

/** Every such field the table offers, without parts of columns. */
export function virtualFields(table: Table, pods: PodFacts = namesAlone): readonly VirtualField[] {
  const ends = endsOf(table);
  const fields: VirtualField[] = [];
  const offer = (id: string, type: SemanticType, doc: string, read: VirtualField['read'], aliases: string[] = []) => {
    if (!hasName(table, id)) fields.push({ id, spec: specOf(id, type, doc, aliases), read });
  };
  const offerOfPods = (id: string, type: SemanticType, doc: string, ids: readonly string[], part: PartOf) => {
    if (hasName(table, id)) return;
    const aliases = id === 'svc' ? ['service'] : [];
    fields.push({ id, spec: specOf(id, type, doc, aliases), read: readText(ids, part), pods: ids });
  };
  if (ends.length > 1) {
    offer(
      'any',
      'endpoint',
      'Either end.',
      readText(ends, (end) => end),
    );
    if (isOfPods(table, ends)) offer('pod', 'pod', 'Either end, where it is a pod.', readText(ends, podIn));
    offerOfPods('svc', 'service', 'Workload of either end.', ends, pods.workloadOf);
    offer('ns', 'namespace', 'Namespace of either end.', readText(ends, namespaceOf), ['namespace']);
  }
  if (['trace_role', 'local_port', 'remote_port'].every((id) => table.columnIds.includes(id))) {
    offer('port', 'port', 'Port of the server, whichever end it was seen at.', (row) => {
      const port = serverPort(row);
      return port === undefined ? [] : [port];
    });
  }
  const known = podColumns(table);
  if (known.length > 0) {
    const whose = known.length > 1 ? 'either end' : 'the pod';
    offerOfPods('owner', 'owner', `Who controls ${whose}, e.g. Deployment/api, or api alone.`, known, ownerIn(pods));
  }
  const path = table.columnIds.find((id) => table.columns[id]?.type === 'path');
  if (path !== undefined) {
    offer('route', 'path', 'Route template of the path, e.g. /orders/{number}.', (row) => textsOf(row, path));
  }
  return fields;
}

/** `to.svc`, `from.ns`: what the name of one end says. */
function partField(table: Table, base: string, part: string, pods: PodFacts): VirtualField | undefined {
  const column = endsOf(table).find((id) => id === base || table.columns[id]?.aliases?.includes(base));
  if (column === undefined) return undefined;
  const id = `${base}.${part}`;
  if (part === 'ns' || part === 'namespace') {
    return { id, spec: specOf(id, 'namespace', 'Namespace of that end.'), read: readText([column], namespaceOf) };
  }
  if (part === 'svc' || part === 'service') {
    const spec = specOf(id, 'service', 'Workload of that end.');
    return { id, spec, read: readText([column], pods.workloadOf), pods: [column] };
  }
  if (part === 'owner') {
    const spec = specOf(id, 'owner', 'Who controls that end.');
    return { id, spec, read: readText([column], ownerIn(pods)), pods: [column] };
  }
  return part.startsWith('label.') ? labelField(id, [column], part.slice('label.'.length), pods) : undefined;
}

/** `label.app`, `to.label.app.kubernetes.io/name`. */
function labelField(id: string, columns: readonly string[], name: string, pods: PodFacts): VirtualField | undefined {
  if (columns.length === 0 || name === '') return undefined;
  const inFacts = (facts: Facts | undefined) => facts && labelOf(facts, name);
  const read = readText(columns, (entity) => inFacts(pods.factsOf(entity)));
  return { id, spec: specOf(id, 'text', 'Label of a pod.'), read, pods: columns };
}

type PartOf = (entity: string) => string | undefined;

const ownerIn =
  (pods: PodFacts): PartOf =>
  (entity) =>
    pods.factsOf(entity)?.owner ?? undefined;

/** Columns whose values are pods, or workloads of them: the ends, or what a row is about. */
export function podColumns(table: Table): readonly string[] {
  const ends = endsOf(table);
  if (ends.length > 0) return ends;
  const one = ['entity', 'pod', 'service', 'destination'].find((id) => {
    const type = table.columns[id]?.type;
    return type === 'endpoint' || type === 'pod' || type === 'service';
  });
  return one === undefined ? [] : [one];
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
