/** What a row of a summary is about: a pod, an edge or an endpoint, with its cells of the seconds that are not final yet. */
import type { Row } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';
import type { Cell } from './cell.ts';

/** Seconds that may be open at once, a power of two. */
export const openSeconds = 4;

export class Subject {
  readonly table: Table;
  /** Short and its own, for the ids of its rows. */
  readonly id: string;
  readonly role: 'client' | 'server';
  readonly protocol: string;
  /** Columns that say what it is, which all its rows share. */
  readonly columns: Row;
  /** Cgroup of the local end: what its budget left out is counted here. */
  cgroup: string | null;
  readonly cells: (Cell | undefined)[] = new Array(openSeconds).fill(undefined);
  lastSecond = 0;
  /** Stands for everything there was no room for. */
  readonly isRest: boolean;
  /** Let go of: whoever remembers it asks anew. */
  gone = false;

  constructor(
    table: Table,
    id: string,
    role: 'client' | 'server',
    protocol: string,
    columns: Row,
    cgroup: string | null,
    isRest = false,
  ) {
    this.table = table;
    this.id = id;
    this.role = role;
    this.protocol = protocol;
    this.columns = columns;
    this.cgroup = cgroup;
    this.isRest = isRest;
  }
}
