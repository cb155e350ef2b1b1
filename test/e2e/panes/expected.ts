/** The rows each table must have, worked out from what happened. */
import type { Call, Connection, Counts, Dig, Truth } from './truth.ts';
import { add, countCalls, countDigs, hostOf, portOf, routeOfPath, serviceAsked, sharesOf } from './truth.ts';
import { type Place, placeAt, places, podOf, ports, serviceOf, worldName } from './world.ts';

/** By the name of what they are about: counts as requests, errors and client_errors, and the latencies behind the quantiles. */
export type Expected = ReadonlyMap<string, ExpectedFigures>;
export interface ExpectedFigures {
  readonly requests: number;
  readonly errors: number | null;
  readonly client_errors: number | null;
  /** Answered requests of whoever asked: what he measured bounds from above what may be shown. */
  readonly calls: readonly Call[];
}

/** What each pod, workload or namespace serves, by a name of it. */
export function served(truth: Truth, nameOf: (place: Place) => string): Expected {
  const names = new Set(places.map(nameOf));
  return new Map(
    [...names].map((name) => {
      const isOne = (address: string) => {
        const place = placeAt(address);
        return place !== undefined && nameOf(place) === name;
      };
      const calls = truth.calls.filter(({ to }) => isOne(hostOf(to)));
      const digs = truth.digs.filter(({ at }) => isOne(at));
      return [name, figures(calls, digs)] as const;
    }),
  );
}

/** Requests by service, method and route: "shop/api GET /v1/products/{number}". */
export function endpoints(truth: Truth): Expected {
  const calls = Map.groupBy(truth.calls, ({ to, method, path }) => {
    return `${serviceAsked(to, worldName)} ${method} ${routeOfPath(path)}`;
  });
  return new Map([...calls].map(([name, list]) => [name, figures(list, [])]));
}

function figures(calls: readonly Call[], digs: readonly Dig[]): ExpectedFigures {
  return { ...sharesOf(add(countCalls(calls), countDigs(digs))), calls: calls.filter(({ status }) => status !== null) };
}

export interface ExpectedEdge extends Counts {
  /** "load/generator > shop/frontend :8080 http" */
  readonly name: string;
  readonly failed: number;
}

export const edgeName = (source: unknown, destination: unknown, port: unknown, protocol: unknown): string =>
  `${source} > ${destination} :${port} ${protocol}`;

/** All edges there may be. */
export function edges(truth: Truth): readonly ExpectedEdge[] {
  const none = { requests: 0, clientErrors: 0, serverErrors: 0, failures: 0 };
  const client = serviceOf('client');
  const calls = Map.groupBy(truth.calls, ({ from, to }) => {
    return edgeName(serviceOf(from), serviceAsked(to, worldName), portOf(to), 'http');
  });
  const digs = Map.groupBy(truth.digs, ({ at }) => {
    return edgeName(client, placeAt(at) ? serviceAsked(`http://${at}`, at) : `${at}:53`, 53, 'dns');
  });
  const rows = truth.connections.filter(({ to }) => to.startsWith('tcp:'));
  const failed = Map.groupBy(truth.failed, ({ address, port }) => {
    const place = placeAt(address);
    return edgeName(client, place ? serviceOf(place) : `${address}:${port}`, port, 'tcp');
  });
  return [
    ...[...calls].map(([name, list]) => ({ name, ...countCalls(list), failed: 0 })),
    ...[...digs].map(([name, list]) => ({ name, ...countDigs(list), failed: 0 })),
    ...[...failed].map(([name, list]) => ({ name, ...none, failed: list.length })),
    {
      ...none,
      name: edgeName(serviceOf('api1'), serviceOf('db'), ports.rows, 'tcp'),
      requests: rows.length,
      failed: 0,
    },
    // Two exchanges over the connection on which the second was sent again.
    { ...none, name: edgeName(client, serviceOf('db'), ports.held, 'tcp'), requests: 2, failed: 0 },
  ];
}

export interface ExpectedFlow {
  /** "load/generator-… > shop/frontend-… :8080 tcp" */
  readonly name: string;
  /** Undefined where the peers do not count them. */
  readonly sent: number | undefined;
  readonly received: number | undefined;
  readonly failed: number;
  readonly reasons: string | null;
  /** Undefined where only the kernel knows: of a connect that nobody answers. */
  readonly retransmits: number | undefined;
}

export const flowName = (source: unknown, destination: unknown, port: unknown, transport: unknown): string =>
  `${source} > ${destination} :${port} ${transport}`;

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  'gave up': 'timeout',
};

/** All flows there may be: between pods, both ways. */
export function flows(truth: Truth): readonly ExpectedFlow[] {
  const client = podOf('client');
  const podAt = (address: string, otherwise: string) => {
    const place = placeAt(address);
    return place ? podOf(place) : otherwise;
  };
  const sum = (list: readonly Connection[], key: 'sent' | 'received') => list.reduce((all, each) => all + each[key], 0);
  const quiet = { failed: 0, reasons: null, retransmits: 0 };
  const connections = Map.groupBy(truth.connections, ({ from, to }) =>
    flowName(podOf(from), podAt(hostOf(to), worldName), portOf(to), 'tcp'),
  );
  const digs = Map.groupBy(truth.digs, ({ at, transport }) => flowName(client, podAt(at, `${at}:53`), 53, transport));
  const failed = Map.groupBy(truth.failed, ({ address, port }) =>
    flowName(client, podAt(address, `${address}:${port}`), port, 'tcp'),
  );
  return [
    ...[...connections].map(([name, list]) => ({
      name,
      ...quiet,
      sent: sum(list, 'sent'),
      received: sum(list, 'received'),
    })),
    ...[...digs].map(([name, list]) => {
      // Two octets before each message over TCP say how long it is (RFC 1035 §4.2.2).
      const prefix = list[0]?.transport === 'tcp' ? 2 : 0;
      return { name, ...quiet, sent: undefined, received: list.reduce((all, each) => all + each.received + prefix, 0) };
    }),
    ...[...failed].map(([name, list]) => ({
      name,
      ...quiet,
      sent: 0,
      received: 0,
      retransmits: list[0]?.reason === 'gave up' ? undefined : 0,
      failed: list.length,
      reasons: `${list.length} ${words[list[0]?.reason ?? ''] ?? list[0]?.reason}`,
    })),
    {
      name: flowName(client, podOf('db'), ports.held, 'tcp'),
      ...quiet,
      sent: undefined,
      received: 40,
      retransmits: truth.retransmits,
    },
  ];
}
