/** The flow an exchange is part of: what its two ends exchange through all of their connections, at its time. */
import { serverPort } from '../../domain/server-port.ts';
import type { HttpEvent } from '../../domain/tables/http-events.ts';
import type { Snapshot } from '../../store/store.ts';
import { equals } from '../list/terms.ts';
import { defaultSpanMs, liveTime, type TimeState } from '../time.ts';
import type { Opening } from '../view.ts';

export function flowOf(row: HttpEvent, snapshot: Snapshot): Opening {
  const port = serverPort(row);
  return {
    filter: [
      equals('from', row.source),
      equals('to', row.destination),
      ...(port === undefined ? [] : [equals('port', port)]),
    ].join(' '),
    time: timeOf(row, snapshot),
    about: `${row.source} > ${row.destination}`,
  };
}

/** Now where that has the exchange in it, else the stretch of time around it. */
function timeOf({ time_ }: HttpEvent, { held }: Snapshot): TimeState {
  const time = Math.floor(Number(time_ / 1_000_000_000n)) * 1_000;
  if (!held || time >= held.to - defaultSpanMs) return liveTime;
  return { ...liveTime, kind: 'past', at: Math.min(held.to, time + defaultSpanMs / 2) };
}
