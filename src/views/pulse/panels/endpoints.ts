/** Endpoints that fail most, then those that are slowest. */
import type { Severity } from '../../../domain/column.ts';
import { formatDuration, formatPercent, severityOf } from '../../../domain/format/index.ts';
import { type EndpointRow, endpoints } from '../../../domain/tables/derived/endpoints.ts';
import { span } from '../../../tui/styled-line.ts';
import type { Ui } from '../../../tui/ui-context.tsx';
import { byUrgency, type Panel, type PulseRow, shortNameOf, worstOf } from '../panel.ts';
import type { Readings } from '../readings.ts';

/** More than anybody looks at. */
const most = 20;

export function endpointsPanel({ endpoints: rows, time }: Readings, ui: Ui): Panel {
  const served = rows.filter(({ requests }) => requests > 0);
  const listed = served
    .toSorted((a, b) => failing(b) - failing(a) || (b.p99 ?? 0) - (a.p99 ?? 0))
    .slice(0, most)
    .map((row): PulseRow => {
      const { errors, p99 } = row;
      const errorSeverity = seriousness(row);
      const slow = severityOf(endpoints.columns.p99, p99);
      const severity = worstOf([errorSeverity, slow === 'bad' ? 'warn' : slow === 'warn' ? 'notice' : 'none']);
      const isFailing = errors !== null && errors > 0;
      const figures = [
        span(
          isFailing ? ` ${formatPercent(errors)}`.padStart(7) : ' '.repeat(7),
          errorSeverity === 'bad' ? 'error' : 'warning',
        ),
        span(
          ` ${p99 === null ? '-' : formatDuration(p99, { ascii: ui.glyphs.ascii })}`.padStart(8),
          slow === 'bad' ? 'error' : slow === 'warn' ? 'warning' : 'strong',
        ),
      ];
      return {
        key: row.id,
        severity,
        name: `${row.method} ${row.route}`,
        figures: [span(row.service.slice(row.service.indexOf('/') + 1), 'muted'), ...figures],
        brief: figures,
        view: 'latency',
        opening: {
          scope: { endpoint: { service: row.service, method: row.method, route: row.route } },
          about: `${row.method} ${row.route}`,
          time,
        },
        subject: row.service,
        ...(isFailing && {
          complaint: `${row.method} ${row.route} of ${shortNameOf(row.service)} fails ${formatPercent(errors)}`,
        }),
      };
    });
  return {
    id: 'endpoints',
    title: 'Worst endpoints',
    note: 'failed   p99',
    rows: byUrgency(listed),
    empty: 'no request',
    view: 'endpoints',
  };
}

/** One that failed may be chance; several of a few are bad. */
function seriousness(row: EndpointRow): Severity {
  const failed = failing(row);
  const severity = severityOf(endpoints.columns.errors, row.errors);
  return failed >= 3 ? severity : failed > 0 ? 'notice' : 'none';
}

/** Failed requests of the stretch. */
function failing({ errors, requests }: EndpointRow): number {
  return Math.round((errors ?? 0) * requests);
}
