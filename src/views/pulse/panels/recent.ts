/** What failed last, of all protocols, the newest first; enter opens it. */
import { formatTime } from '../../../domain/format/index.ts';
import { workloadOfPod } from '../../../domain/workload.ts';
import type { StoredRow } from '../../../store/store.ts';
import { span } from '../../../tui/styled-line.ts';
import { originOf } from '../../list/failure-source.ts';
import type { TimeState } from '../../time.ts';
import type { Panel, PulseRow } from '../panel.ts';

/** More than anybody looks at. */
const most = 20;

/** @param failed rows of `failures`, oldest first */
export function recentPanel(failed: readonly StoredRow[], time: TimeState, offsetMinutes: number): Panel {
  const rows: PulseRow[] = [];
  for (let at = failed.length - 1; at >= 0 && rows.length < most; at -= 1) {
    const stored = failed[at];
    // A client that asks for what is not there is nothing to wake anybody for.
    if (stored && stored.row.class !== '4xx') rows.push(rowOf(stored, time, offsetMinutes));
  }
  return {
    id: 'recent',
    title: 'Failed last',
    note: '',
    rows,
    empty: 'nothing but what clients did wrong',
    view: 'errors',
  };
}

function rowOf(stored: StoredRow, time: TimeState, offsetMinutes: number): PulseRow {
  const { row } = stored;
  const origin = originOf(stored);
  const entity = String(row.destination ?? '');
  const where = workloadOfPod(entity.slice(entity.indexOf('/') + 1));
  const clock = typeof row.time_ === 'bigint' ? formatTime(row.time_, offsetMinutes).slice(0, 8) : '';
  return {
    key: stored.key,
    severity: row.class === '4xx' ? 'notice' : 'bad',
    name: `${clock} ${where} ${row.what}`,
    shortName: `${clock} ${row.what}`,
    figures: [span(String(row.why), 'error')],
    view: 'errors',
    opening: { time },
    ...(origin && { opens: { table: origin.table.id, stored: origin.stored } }),
  };
}
