/** Column names in a filter → columns, or an error that knows the nearest one. */
import type { ColumnSpec } from '../column.ts';
import { namesAlone, type PodFacts } from '../pods/pod-facts.ts';
import { findColumn, type Table } from '../table.ts';
import { fault } from './fault.ts';
import { nearest } from './suggest.ts';
import type { Token } from './token.ts';
import { podColumns, type VirtualField, virtualField, virtualFields } from './virtual-field.ts';

export interface FieldColumn {
  readonly id: string;
  readonly spec: ColumnSpec;
  /** Lower-case header name of `req_header.NAME`. */
  readonly header: string | undefined;
  /** Of a field that is no column: its values in a row. */
  readonly read?: VirtualField['read'];
  /** Columns of whose pods it says more than their names do. */
  readonly pods?: VirtualField['pods'];
}

/** @throws FilterFault when the table has no such column. */
export function columnOf(table: Table, field: Token, pods: PodFacts = namesAlone): FieldColumn {
  const plain = findColumn(table, field.text);
  if (plain) return { ...plain, header: undefined };
  const virtual = virtualField(table, field.text, pods);
  if (virtual) return { ...virtual, header: undefined };
  const dot = field.text.indexOf('.');
  const base = dot > 0 ? findColumn(table, field.text.slice(0, dot)) : undefined;
  if (base?.spec.type === 'headers') {
    const header = field.text.slice(dot + 1).toLowerCase();
    if (header === '') fault(field, `Name a header behind the dot, as in ${field.text}content-type.`);
    return { ...base, header };
  }
  if (/^(?:.+\.)?label(?:\..*)?$|^(?:.+\.)?owner$/i.test(field.text)) fault(field, podsHint(table, field.text));
  const wanted = base || dot < 0 ? field.text : field.text.slice(0, dot);
  if (base) fault(field, partsHint(base.id, base.spec));
  const suggestion = nearest(wanted, columnNames(table));
  const hint =
    suggestion === undefined
      ? 'to search for the text itself, put it in double quotes.'
      : `did you mean '${suggestion}'?`;
  return fault(field, `No column '${wanted}'; ${hint}`);
}

function partsHint(id: string, { type }: ColumnSpec): string {
  if (type === 'endpoint' || type === 'service')
    return `Column '${id}' has these parts: ${id}.ns, ${id}.svc, ${id}.owner and ${id}.label.NAME.`;
  return `Column '${id}' has no parts: write ${id} alone.`;
}

function podsHint(table: Table, field: string): string {
  if (podColumns(table).length === 0)
    return `Rows of ${table.id} are about no pods, which alone have owners and labels.`;
  const [, base] = /^(.+?)\.(?:label|owner)/i.exec(field) ?? [];
  if (base === undefined) return 'Name a label behind the dot, as in label.app=kuard.';
  return `'${base}' is no end of a row: write label.app=kuard, to.label.app=kuard or from.label.app=kuard.`;
}

/** Every name the filter language knows in this table: ids, aliases, and fields worked out from columns. */
export function* columnNames(table: Table): Iterable<string> {
  for (const id of table.columnIds) {
    yield id;
    yield* table.columns[id]?.aliases ?? [];
  }
  for (const { id } of virtualFields(table)) yield id;
}
