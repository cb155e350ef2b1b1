/** Sums of what flow and edge samples told, as a reader of both makes them: nothing is in both. */
import type { EdgeSample, FlowSample, SocketRole } from '../../agent/capture/source.ts';
import type { Observer } from './observer.ts';

export interface Sums {
  opened: number;
  closed: number;
  refused: number;
  timedOut: number;
  unreachable: number;
  aborted: number;
  resets: number;
  retransmits: number;
  turns: number;
  bytes: [number, number];
  packets: [number, number];
}

const serverPortOf = (flow: FlowSample, role: SocketRole): number =>
  role === 'server' ? flow.localPort : flow.remotePort;

/** The last sample of every connection of one role with this server port. */
export function flowsOf({ flows }: Observer, role: SocketRole, port: number): FlowSample[] {
  const last = new Map<string, FlowSample>();
  for (const flow of flows) {
    if (flow.role === role && serverPortOf(flow, role) === port) last.set(`${flow.cookie} ${flow.opened}`, flow);
  }
  return [...last.values()];
}

export function edgesOf({ edges }: Observer, role: SocketRole, port: number): EdgeSample[] {
  return edges.filter((edge) => edge.role === role && edge.port === port);
}

/** Everything of one role and server port: connections told on their own and those told within edges. */
export function sumsOf(observer: Observer, role: SocketRole, port: number): Sums {
  const sums: Sums = {
    opened: 0,
    closed: 0,
    refused: 0,
    timedOut: 0,
    unreachable: 0,
    aborted: 0,
    resets: 0,
    retransmits: 0,
    turns: 0,
    bytes: [0, 0],
    packets: [0, 0],
  };
  const addTraffic = ({ bytes, packets, retransmits, turns }: FlowSample | EdgeSample): void => {
    for (const direction of [0, 1] as const) {
      sums.bytes[direction] += bytes[direction];
      sums.packets[direction] += packets[direction];
    }
    sums.retransmits += retransmits;
    sums.turns += turns;
  };
  for (const flow of flowsOf(observer, role, port)) {
    addTraffic(flow);
    if (flow.opened !== undefined) sums.opened++;
    if (flow.state !== 'ended') continue;
    sums.closed++;
    if (flow.end === 'refused') sums.refused++;
    else if (flow.end === 'timeout') sums.timedOut++;
    else if (flow.end === 'unreachable') sums.unreachable++;
    else if (flow.end === 'aborted') sums.aborted++;
    else if (flow.end === 'reset-local' || flow.end === 'reset-remote') sums.resets++;
  }
  for (const edge of edgesOf(observer, role, port)) {
    addTraffic(edge);
    for (const name of ['opened', 'closed', 'refused', 'timedOut', 'unreachable', 'aborted', 'resets'] as const)
      sums[name] += edge[name];
  }
  return sums;
}
