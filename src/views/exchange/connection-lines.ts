/** Who the two ends of an exchange are, and how the connection between them fares. */
import { formatBytes, formatCount, formatDuration, formatTimestamp } from '../../domain/format/index.ts';
import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { HttpEvent } from '../../domain/tables/http-events.ts';
import type { TcpStatsEvent } from '../../domain/tables/tcp-stats-events.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import { type PodLine, podLines } from '../pod-lines.ts';
import { type FoundConnection, whyNoRow } from './connection-finder.ts';

/** What stands before a value. */
const labelWidth = 18;

export function connectionLines(
  row: HttpEvent,
  connection: FoundConnection,
  pods: PodFacts,
  width: number,
  ui: Ui,
): StyledLine[] {
  const { ascii } = ui.glyphs;
  const safe = (text: string | null) => sanitizeLine(text ?? '', { ascii });
  const podFacts = (entity: string) => podLines(entity, pods, width - labelWidth - 1, ascii);
  const process = row.process ? `${safe(row.process)}${row.pid === null ? '' : ` (pid ${row.pid})`}` : '';
  const facts: readonly (readonly [string, string])[] = [
    ['time', localTime(row.time_)],
    ['from', safe(row.source)],
    ...podFacts(row.source).map(indented),
    ['to', safe(row.destination)],
    ...podFacts(row.destination).map(indented),
    ['seen at', `the ${row.trace_role}'s socket on ${safe(row.node)}`],
    ['pod', safe(row.pod)],
    ['container', safe(row.container)],
    ['process', process],
    ['remote pod', safe(row.remote_pod)],
    ['remote process', safe(row.remote_process)],
    ['remote name', safe(row.remote_name)],
    ['local', endpoint(row.local_addr, row.local_port)],
    ['remote', endpoint(row.remote_addr, row.remote_port)],
    ['connection', `${safe(row.conn_id)}, exchange ${row.conn_exchange} on it`],
    ['opened', row.conn_opened === null ? '' : `${localTime(row.conn_opened)}${openedBefore(row)}`],
    ['health', connection.state === 'here' ? healthOf(connection.row, ui.glyphs.ascii) : ''],
    ['its row', connection.state === 'none' ? `none: ${whyNoRow(row)}; enter shows the flow it is part of` : ''],
    ['TLS', row.encrypted ? 'yes, read above it' : 'no'],
    ['cgroup', safe(row.cgroup)],
    ['id', safe(row.id)],
  ];
  return facts.filter(([, value]) => value !== '').map(([label, value]) => fact(label, value));
}

const indented = ({ label, value }: PodLine): readonly [string, string] => [`  ${label}`, value];

function healthOf(connection: TcpStatsEvent, ascii: boolean): string {
  const { state, rtt, retransmits, tx, rx, turns } = connection;
  return [
    state,
    rtt === null ? '' : `round trip ${formatDuration(rtt, { ascii })}`,
    `${formatCount(retransmits)} retransmits`,
    `${formatBytes(tx)} sent, ${formatBytes(rx)} received`,
    turns > 0 ? `${formatCount(turns)} turns` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** In the reader's own time zone, as the table has it; the offset says which that is. */
function localTime(nanoseconds: bigint): string {
  return formatTimestamp(nanoseconds, -new Date(Number(nanoseconds / 1_000_000n)).getTimezoneOffset());
}

function openedBefore(row: HttpEvent): string {
  const age = row.conn_opened === null ? 0 : Number(row.time_ - row.conn_opened);
  return age > 0 ? `, ${formatDuration(age)} before the request` : '';
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `  label    value`. */
export function fact(label: string, value: string, token: Token = 'text'): StyledLine {
  return [span(`  ${label.padEnd(labelWidth - 2)}`, 'label'), span(value, token)];
}
