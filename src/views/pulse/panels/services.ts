/** Every service with its course: where room is, the whole picture in one place. */
import {
  formatDuration,
  formatPercent,
  formatRate,
  formatSparkline,
  severityOf,
} from '../../../domain/format/index.ts';
import { type ServiceRow, services as table } from '../../../domain/tables/derived/services.ts';
import { span } from '../../../tui/styled-line.ts';
import type { Token } from '../../../tui/theme.ts';
import type { Ui } from '../../../tui/ui-context.tsx';
import { byUrgency, type Panel, type PulseRow, worstOf } from '../panel.ts';
import type { Readings } from '../readings.ts';

/** Cells of each course. */
const courseWidth = 10;

export function servicesPanel({ services, time }: Readings, ui: Ui): Panel {
  const serving = services.filter(({ requests }) => requests > 0).toSorted((a, b) => (b.rate ?? 0) - (a.rate ?? 0));
  return {
    id: 'services',
    title: 'Services',
    note: `rate${' '.repeat(courseWidth + 1)}failed    p99${' '.repeat(courseWidth + 1)}`,
    rows: byUrgency(serving.map((row) => rowOf(row, time, ui))),
    empty: 'no request',
    view: 'svc',
  };
}

function rowOf(row: ServiceRow, time: Readings['time'], ui: Ui): PulseRow {
  const { service, rate, errors, p99 } = row;
  const { ascii } = ui.glyphs;
  const [failing, slow] = [severityOf(table.columns.errors, errors), severityOf(table.columns.p99, p99)];
  const course = (values: readonly number[] | null, token: Token) =>
    span(` ${formatSparkline(values ?? [], { width: courseWidth, ascii })}`, token);
  const rateText = span((rate === null ? '-' : formatRate(rate)).padStart(7), 'strong');
  const failed = span(
    ` ${errors === null ? '-' : formatPercent(errors)}`.padStart(7),
    failing === 'bad' ? 'error' : failing === 'warn' ? 'warning' : 'muted',
  );
  const slowToken = slow === 'bad' ? 'error' : slow === 'warn' ? 'warning' : undefined;
  const latency = span(` ${p99 === null ? '-' : formatDuration(p99, { ascii })}`.padStart(8), slowToken ?? 'strong');
  return {
    key: service,
    severity: worstOf([failing, slow === 'bad' ? 'warn' : 'none']),
    name: service.slice(service.indexOf('/') + 1),
    figures: [rateText, course(row.rate_series, 'info'), failed, latency, course(row.p99_series, slowToken ?? 'ok')],
    view: 'pods',
    opening: { filter: `svc=${JSON.stringify(service)}`, about: service, time },
  };
}
