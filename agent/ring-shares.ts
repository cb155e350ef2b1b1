/** How the tables share the ring of recent rows when it is full. */
import type { Table } from '../src/domain/table.ts';

/**
 * Most of it is for requests. Of connections and containers the newest state is all there is to keep, of seconds some minutes: what a
 * terminal asks for when it begins.
 */
const shares: Readonly<Record<string, number>> = {
  http_events: 20,
  dns_events: 2,
  conn_stats: 2,
  edge_stats: 2,
  endpoint_stats: 2,
};

/** Parts, one for any other table. */
export const shareOf = ({ id }: Table): number => shares[id] ?? 1;
