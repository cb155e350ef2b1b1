/** The connection an exchange is on: from the rows at hand, else asked for once. */
import type { HttpEvent } from '../../domain/tables/http-events.ts';
import { type TcpStatsEvent, tcpStatsEvents } from '../../domain/tables/tcp-stats-events.ts';
import type { ViewContext } from '../view.ts';

/** A function that tells the connection as far as it is known now; `changed` is called when an answer comes. */
export function createConnectionFinder(
  context: ViewContext,
): (agent: string, row: HttpEvent) => TcpStatsEvent | undefined {
  let asked: { id: string; agent: string; answer: TcpStatsEvent | undefined } | undefined;
  return (agent, { conn_id: id }) => {
    const { rows } = context.snapshot().table(tcpStatsEvents.id);
    const held = rows.findLast((stored) => stored.agent === agent && stored.row.conn_id === id);
    if (held) return held.row as TcpStatsEvent;
    if (asked?.id === id && asked.agent === agent) return asked.answer;
    const mine = { id, agent, answer: undefined as TcpStatsEvent | undefined };
    asked = mine;
    context.ports.fetchRow(agent, tcpStatsEvents.id, id).then(
      (row) => {
        if (row.conn_id !== id || typeof row.state !== 'string') return;
        mine.answer = row as TcpStatsEvent;
        context.changed();
      },
      // The agent has let go of it, or never had it: a short connection has no row of its own.
      () => undefined,
    );
    return undefined;
  };
}
