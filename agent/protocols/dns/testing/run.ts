/** Plays datagrams to DNS and collects what it tells, for tests. Times are seconds after the start. */
import type { DnsEvent } from '../../../../src/domain/tables/dns-events.ts';
import type { ResolvedName } from '../../../capture/ends.ts';
import type { Datagram, Direction } from '../../../capture/source.ts';
import type { ExchangeFacts, ProtocolOutput } from '../../../stream/protocol.ts';
import { createDnsDatagrams, type DnsDatagrams } from '../datagrams.ts';
import type { DnsLimits } from '../limits.ts';

export const began = 1e12;

export interface Collected {
  readonly output: ProtocolOutput;
  readonly puts: { readonly row: DnsEvent; readonly isOnly: boolean }[];
  readonly exchanges: ExchangeFacts[];
  readonly resolved: ResolvedName[];
  readonly losses: Map<string, number>;
  /** The last state of each row, in order of their first. */
  rows(): DnsEvent[];
}

export function collect(): Collected {
  const puts: Collected['puts'] = [];
  const exchanges: ExchangeFacts[] = [];
  const resolved: ResolvedName[] = [];
  const losses = new Map<string, number>();
  return {
    puts,
    exchanges,
    resolved,
    losses,
    output: {
      row: (_table, row, isOnly = false) => void puts.push({ row: row as DnsEvent, isOnly }),
      exchange: (facts) => void exchanges.push({ ...facts }),
      resolved: (answer) => void resolved.push({ ...answer }),
      lost: (reason, count) => void losses.set(reason, (losses.get(reason) ?? 0) + count),
    },
    rows() {
      const last = new Map<string, DnsEvent>();
      for (const { row } of puts) last.set(row.id, row);
      return [...last.values()];
    },
  };
}

export interface Bench extends Collected {
  readonly dns: DnsDatagrams;
  readonly recognised: number[];
  /** One datagram, at `seconds`, of the socket of a client unless `over` says otherwise. */
  pass(seconds: number, direction: Direction, payload: Uint8Array, over?: Partial<Datagram>): void;
  /** Time passes, tick by tick. */
  until(seconds: number): void;
}

export function createBench(limits: Partial<DnsLimits> = {}): Bench {
  const collected = collect();
  const recognised: number[] = [];
  const dns = createDnsDatagrams({
    identity: (ends, role) => ({ source: `${role} ${ends.cgroupId}`, destination: 'resolver', node: 'node-a' }),
    wallTime: (time) => BigInt(Math.round(time)),
    output: collected.output,
    recognised: ({ cookie }) => void recognised.push(cookie),
    limits,
  });
  let ticked = began;
  return {
    ...collected,
    dns,
    recognised,
    pass(seconds, direction, payload, over = {}) {
      this.until(seconds);
      dns.datagram({
        time: began + seconds * 1e9,
        cookie: 7,
        cgroupId: 1,
        netnsCookie: 1,
        comm: 'app',
        pid: 4711,
        direction,
        role: 'client',
        family: 4,
        localAddress: '10.0.0.1',
        remoteAddress: '10.0.0.53',
        localPort: 40_000,
        remotePort: 53,
        len: payload.length,
        payload,
        ...over,
      });
    },
    until(seconds) {
      const end = began + seconds * 1e9;
      for (; ticked + 100e6 <= end; ticked += 100e6) dns.tick(ticked + 100e6);
    },
  };
}
