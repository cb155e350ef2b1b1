/** The registry of tables: one line each. */
import type { Table } from '../table.ts';
import { httpEvents } from './http-events.ts';

export const tables: readonly Table[] = [httpEvents];

/** The table with this id, or undefined. */
export function findTable(id: string): Table | undefined {
  return tables.find((table) => table.id === id);
}
