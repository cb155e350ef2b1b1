/** What failed last, of all protocols, the newest first, alike ones together; enter opens the newest of them. */

import type { Row } from '../../../domain/column.ts';
import { formatCount, formatTime } from '../../../domain/format/index.ts';
import type { PodFacts } from '../../../domain/pods/pod-facts.ts';
import type { StoredRow } from '../../../store/store.ts';
import { span } from '../../../tui/styled-line.ts';
import { originOf } from '../../list/failure-source.ts';
import type { TimeState } from '../../time.ts';
import type { Panel, PulseRow } from '../panel.ts';

/** More than anybody looks at. */
const most = 20;
/** Of a reason, where there is little room. */
const briefWidth = 17;
const multiplied = 'x';

/** @param failed rows of `failures`, oldest first */
export function recentPanel(
  failed: readonly StoredRow[],
  pods: PodFacts,
  time: TimeState,
  offsetMinutes: number,
): Panel {
  /** The newest of each kind, and how many there are. */
  const kinds = new Map<string, { readonly stored: StoredRow; count: number }>();
  for (const stored of failed.toReversed()) {
    const { row } = stored;
    // A client that asks for what is not there is nothing to wake anybody for.
    if (row.class === '4xx') continue;
    const kind = `${whereOf(row, pods)} ${row.what} ${row.why}`;
    const known = kinds.get(kind);
    if (known) known.count += 1;
    else kinds.set(kind, { stored, count: 1 });
  }
  const rows = [...kinds.values()]
    .slice(0, most)
    .map(({ stored, count }) => rowOf(stored, count, whereOf(stored.row, pods), time, offsetMinutes));
  return {
    id: 'recent',
    title: 'Failed last',
    note: '',
    rows,
    empty: 'nothing but what clients did wrong',
    view: 'errors',
  };
}

/** The workload that was called, without its namespace. */
function whereOf({ destination }: Row, { workloadOf }: PodFacts): string {
  const service = workloadOf(String(destination ?? ''));
  return service.slice(service.indexOf('/') + 1);
}

function rowOf(stored: StoredRow, count: number, where: string, time: TimeState, offsetMinutes: number): PulseRow {
  const { row } = stored;
  const origin = originOf(stored);
  const why = String(row.why);
  const times = count > 1 ? [span(formatCount(count), 'strong'), span(` ${multiplied} `, 'muted')] : [];
  const clock = typeof row.time_ === 'bigint' ? formatTime(row.time_, offsetMinutes).slice(0, 8) : '';
  return {
    key: stored.key,
    // Each is bad; in a list of nothing else that says nothing.
    severity: 'none',
    name: `${clock} ${where} ${row.what}`,
    shortName: `${clock} ${row.what}`,
    figures: [...times, span(why, 'error')],
    brief: [...times, span(/^\d{3}\b/.exec(why)?.[0] ?? why.slice(0, briefWidth), 'error')],
    view: 'errors',
    opening: { time },
    ...(origin && { opens: { table: origin.table.id, stored: origin.stored } }),
  };
}
