/** Columns that several of the derived tables have in common. */
import type { ColumnSpecs } from '../../column.ts';

/** What all pods of a group use together. */
export const usageColumns = {
  cpu: {
    type: 'percent',
    title: 'CPU',
    width: [5, 6, 7],
    priority: 4,
    doc: 'CPU use of all its pods, as a share of one core.',
  },
  memory: { type: 'bytes', title: 'MEM', width: [5, 7, 8], priority: 4, doc: 'Working set of all its pods (bytes).' },
} as const satisfies ColumnSpecs;

export const lastColumns = {
  time_: {
    type: 'time',
    title: 'LAST',
    width: [8, 12, 12],
    priority: 9,
    wide: true,
    required: true,
    aliases: ['last'],
    doc: 'When it was heard of last (Unix time, ns).',
  },
} as const satisfies ColumnSpecs;
