/** Services that changed most against the stretch before: latency, errors or rate, whichever changed most. */
import type { Severity } from '../../../domain/column.ts';
import { formatDuration, formatPercent, formatRate } from '../../../domain/format/index.ts';
import type { ServiceRow } from '../../../domain/tables/derived/services.ts';
import { span } from '../../../tui/styled-line.ts';
import type { Ui } from '../../../tui/ui-context.tsx';
import { changeText, doublings } from '../change.ts';
import { type Panel, type PulseRow, shortNameOf } from '../panel.ts';
import type { Readings } from '../readings.ts';

interface Move {
  /** How remarkable it is; below 1 it is not. */
  readonly weight: number;
  readonly severity: Severity;
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly change: string;
}

/** Fewer requests than this in the stretch say nothing of a share or a percentile. */
const leastRequests = 30;

export function moversPanel({ services, servicesBefore, before, time }: Readings, ui: Ui): Panel {
  const then = new Map(servicesBefore.map((row) => [row.service, row]));
  const moved = services.flatMap((row) => {
    const old = then.get(row.service);
    const move = old && biggestMove(row, old, ui);
    return move ? [{ row, move }] : [];
  });
  const rows = moved
    .toSorted((a, b) => rank(b.move) - rank(a.move))
    .map(
      ({ row, move }): PulseRow => ({
        key: row.service,
        severity: move.severity,
        name: row.service,
        shortName: shortNameOf(row.service),
        brief: [
          span(`${move.what} `, 'label'),
          span(move.to, 'strong'),
          span(` ${move.change.padStart(5)}`, token(move.severity)),
        ],
        figures: [
          span(`${move.what} `, 'label'),
          span(`${move.from}${ui.glyphs.arrow}`, 'muted'),
          span(move.to, 'strong'),
          span(` ${move.change.padStart(5)}`, token(move.severity)),
        ],
        view: 'latency',
        opening: { scope: { service: row.service }, about: row.service, time },
        subject: row.service,
        complaint: `${row.service}: ${move.what} ${move.from} ${ui.glyphs.arrow} ${move.to}`,
      }),
    );
  return {
    id: 'movers',
    title: 'What changed',
    note: '',
    rows,
    empty: before ? 'nothing changed much' : 'too early to compare',
    view: 'svc',
  };
}

function biggestMove(now: ServiceRow, before: ServiceRow, ui: Ui): Move | undefined {
  const moves = [latencyMove(now, before, ui), errorMove(now, before, ui), rateMove(now, before, ui)];
  const [first] = moves.filter((move) => move.weight >= 1).toSorted((a, b) => rank(b) - rank(a));
  return first;
}

/** What is worse than before comes before what is only different. */
function rank({ weight, severity }: Move): number {
  return weight + (severity === 'bad' ? 200 : severity === 'warn' ? 100 : 0);
}

function latencyMove(now: ServiceRow, before: ServiceRow, ui: Ui): Move {
  const enough = now.requests >= leastRequests && before.requests >= leastRequests;
  const by = enough ? doublings(now.p99, before.p99) : 0;
  const p99 = now.p99 ?? 0;
  const text = (ns: number | null) => formatDuration(ns ?? 0, { ascii: ui.glyphs.ascii });
  return {
    // A change of 60 % counts, of what takes a few milliseconds at least.
    weight: Math.max(p99, before.p99 ?? 0) < 5e6 ? 0 : Math.abs(by) / 0.68,
    severity: by < 0 ? 'ok' : by >= 1 && p99 >= 400e6 ? 'bad' : p99 >= 200e6 ? 'warn' : 'notice',
    what: 'p99',
    from: text(before.p99),
    to: text(now.p99),
    change: changeText(p99, before.p99 ?? Number.NaN, ui.glyphs),
  };
}

function errorMove(now: ServiceRow, before: ServiceRow, ui: Ui): Move {
  const enough = now.requests >= leastRequests && before.requests >= leastRequests;
  const share = now.errors ?? 0;
  const by = enough ? share - (before.errors ?? 0) : 0;
  return {
    // One or two that failed are no trend.
    weight: share * now.requests < 3 && (before.errors ?? 0) * before.requests < 3 ? 0 : Math.abs(by) * 100,
    severity: by > 0 ? (share >= 0.05 ? 'bad' : share >= 0.01 ? 'warn' : 'notice') : 'ok',
    what: 'errors',
    from: formatPercent(before.errors ?? 0),
    to: formatPercent(share),
    change: changeText(share, before.errors ?? 0, ui.glyphs),
  };
}

function rateMove(now: ServiceRow, before: ServiceRow, ui: Ui): Move {
  const [rate, old] = [now.rate ?? 0, before.rate ?? 0];
  const by = doublings(rate + 0.01, old + 0.01);
  return {
    weight: Math.max(rate, old) < 1 ? 0 : Math.abs(by) / 0.68,
    // Half of the requests gone may be an outage in front of the service.
    severity: by <= -1 ? 'warn' : 'notice',
    what: 'rate',
    from: formatRate(old),
    to: formatRate(rate),
    change: changeText(rate, old, ui.glyphs),
  };
}

function token(severity: Severity) {
  if (severity === 'bad') return 'error';
  return severity === 'warn' ? 'warning' : severity === 'ok' ? 'ok' : 'text';
}
