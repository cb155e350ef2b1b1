/** A connection, and what all connections of two ends add up to, in sentences. */
import type { Row } from '../../domain/column.ts';
import { formatBytes, formatCount, formatDuration } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { ConnStats } from '../../domain/tables/conn-stats.ts';
import type { TcpStatsEvent } from '../../domain/tables/tcp-stats-events.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';

const states: Readonly<Record<string, readonly [text: string, token: Token]>> = {
  connecting: ['is being opened: no answer to its SYN yet', 'info'],
  open: ['is open', 'ok'],
  closed: ['was closed in order', 'text'],
  reset: ['was reset', 'warning'],
  refused: ['was refused: nobody listens there, or a firewall says so', 'error'],
  timeout: ['was never answered: the other end is gone, or something drops its packets', 'error'],
  unreachable: ['found no way there: routing, or the host is down', 'error'],
  aborted: ['was given up by the program before an answer', 'warning'],
};

export function describeConnection(row: Row, ui: Ui): readonly StyledLine[] {
  const connection = row as TcpStatsEvent;
  const { ascii } = ui.glyphs;
  const [text, token] = states[connection.state] ?? [connection.state, 'text'];
  const time = (nanos: number) => formatDuration(nanos, { ascii });
  const age = connection.duration === null ? '' : `, ${time(connection.duration)} old`;
  const { rtt, handshake, retransmits, turns, turn_latency, turn_latency_max } = connection;
  const line = [
    rtt === null ? '' : `round trip ${time(rtt)}`,
    handshake === null ? '' : `opened in ${time(handshake)}`,
  ].filter(Boolean);
  return [
    ends(connection, ascii, connection.protocol),
    [span(`The connection ${text}${age}.`, token)],
    [
      span(
        `${formatBytes(connection.tx)} sent, ${formatBytes(connection.rx)} received${line.map((part) => `, ${part}`).join('')}.`,
      ),
    ],
    ...(retransmits > 0
      ? [
          [
            span(`${formatCount(retransmits)} segments had to be sent again: packets get lost on the way.`, 'warning'),
          ] as StyledLine,
        ]
      : []),
    ...(turns > 0 && turn_latency !== null
      ? [
          [
            span(`${formatCount(turns)} questions, answered in ${time(turn_latency)} on average`),
            span(turn_latency_max === null ? '.' : `, ${time(turn_latency_max)} at most.`),
          ] as StyledLine,
        ]
      : []),
  ];
}

export function describeFlow(row: Row, ui: Ui): readonly StyledLine[] {
  const flow = row as ConnStats;
  const { ascii } = ui.glyphs;
  const reasons = [
    [flow.refused, 'refused'],
    [flow.timed_out, 'never answered'],
    [flow.unreachable, 'unreachable'],
    [flow.aborted, 'given up'],
  ] as const;
  const why = reasons.flatMap(([count, what]) => (count > 0 ? [`${formatCount(count)} ${what}`] : []));
  return [
    ends(flow, ascii, flow.protocol),
    [
      span(`${formatCount(flow.conn_open)} connections opened, ${formatCount(flow.conn_active)} open now`),
      span(`, ${formatBytes(flow.bytes_sent)} sent, ${formatBytes(flow.bytes_recv)} received.`),
    ],
    ...(flow.conn_failed > 0
      ? [
          [
            span(
              `${formatCount(flow.conn_failed)} attempts failed${why.length > 0 ? `: ${why.join(', ')}` : ''}.`,
              'error',
            ),
          ] as StyledLine,
        ]
      : []),
    ...(flow.resets > 0 ? [[span(`${formatCount(flow.resets)} were reset.`, 'warning')] as StyledLine] : []),
  ];
}

function ends(
  { source, destination }: Pick<ConnStats, 'source' | 'destination'>,
  ascii: boolean,
  protocol: string | null,
): StyledLine {
  return [
    span(sanitizeLine(source, { ascii }), 'name'),
    span(' to '),
    span(sanitizeLine(destination, { ascii }), 'name'),
    span(protocol ? `, ${sanitizeLine(protocol, { ascii })}` : '', 'muted'),
  ];
}
