/** The connection an exchange is on: from the rows at hand, else asked for once. */
import { AppError } from '../../domain/errors.ts';
import type { HttpEvent } from '../../domain/tables/http-events.ts';
import { type TcpStatsEvent, tcpStatsEvents } from '../../domain/tables/tcp-stats-events.ts';
import type { ViewContext } from '../view.ts';

/** `none`: the agent has no row of it. `unknown`: the agent has not answered, or could not. */
export type FoundConnection =
  | { readonly state: 'here'; readonly row: TcpStatsEvent }
  | { readonly state: 'none' }
  | { readonly state: 'unknown' };

const none: FoundConnection = { state: 'none' };
const unknown: FoundConnection = { state: 'unknown' };

/** A function that tells the connection as far as it is known now; `changed` is called when an answer comes. */
export function createConnectionFinder(context: ViewContext): (agent: string, row: HttpEvent) => FoundConnection {
  let asked: { id: string; agent: string; answer: FoundConnection } | undefined;
  let found: { row: TcpStatsEvent; answer: FoundConnection } | undefined;
  return (agent, { conn_id: id }) => {
    const { rows } = context.snapshot().table(tcpStatsEvents.id);
    const held = rows.findLast((stored) => stored.agent === agent && stored.row.conn_id === id);
    if (held) {
      const row = held.row as TcpStatsEvent;
      if (found?.row !== row) found = { row, answer: { state: 'here', row } };
      return found.answer;
    }
    if (asked?.id === id && asked.agent === agent) return asked.answer;
    const mine = { id, agent, answer: unknown };
    asked = mine;
    const settle = (answer: FoundConnection) => {
      mine.answer = answer;
      context.changed();
    };
    context.ports.fetchRow(agent, tcpStatsEvents.id, id).then(
      (row) => {
        const isIt = row.conn_id === id && typeof row.state === 'string';
        settle(isIt ? { state: 'here', row: row as TcpStatsEvent } : none);
      },
      (error: unknown) => {
        if (error instanceof AppError && error.code === 'row-gone') settle(none);
      },
    );
    return mine.answer;
  };
}

/** How long a connection may live and have no row of its own, ns: its totals are taken once a second (docs/adr/0007). */
const untoldNs = 1_000_000_000n;

/** Why the agent has no row of the connection, as far as the exchange tells. */
export function whyNoRow({ time_, latency, conn_opened: opened }: HttpEvent): string {
  const lived = opened === null ? undefined : time_ + BigInt(Math.round(latency ?? 0)) - opened;
  if (lived === undefined) return 'it ended within a second, or the agent has let go of its row';
  return lived < untoldNs ? 'it ended within a second' : 'the agent has let go of its row';
}
