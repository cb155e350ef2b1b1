/** What happened, as those it happened to tell it: by their own counters and clocks. */
import { type Place, placeAt, podOf, ports, serviceOf } from './world.ts';

/** A request as its client saw it. */
export interface Call {
  readonly from: Place;
  /** "http://10.94.2.1:8080" */
  readonly to: string;
  readonly method: string;
  readonly path: string;
  /** In its header x-seq. */
  readonly seq: string;
  /** Null where no answer came. */
  readonly status: number | null;
  /** From before it was sent until the answer was read. */
  readonly nanos: number;
  /** Unix ms. */
  readonly began: number;
  readonly ended: number;
  /** Bytes of the bodies. */
  readonly sent: number;
  readonly received: number;
}

/** A connection as the one who opened it saw it: bytes that went through the socket. */
export interface Connection {
  readonly from: Place;
  readonly to: string;
  readonly sent: number;
  readonly received: number;
}

/** A question as dig saw it. */
export interface Dig {
  readonly at: string;
  readonly name: string;
  readonly transport: 'udp' | 'tcp';
  /** Null where no answer came. */
  readonly rcode: string | null;
  readonly tries: number;
  readonly received: number;
  readonly nanos: number | null;
}

export interface Truth {
  readonly calls: readonly Call[];
  readonly connections: readonly Connection[];
  /** By sequence id: how long the server worked by its own clock, ns; less than anybody else sees. */
  readonly served: ReadonlyMap<string, number>;
  readonly digs: readonly Dig[];
  /** Connects that failed, with what the client was told. */
  readonly failed: readonly { readonly address: string; readonly port: number; readonly reason: string }[];
  /** Segments the client's kernel sent again, of the connection to the database's other port. */
  readonly retransmits: number;
}

export const hostOf = (to: string): string => new URL(to.replace('tcp:', 'http:')).hostname;
export const portOf = (to: string): number => Number(new URL(to.replace('tcp:', 'http:')).port);

/** Pod, workload or name of who was asked. */
export const podAsked = (to: string, worldName: string): string => nameOf(to, worldName, podOf);
export const serviceAsked = (to: string, worldName: string): string => nameOf(to, worldName, serviceOf);

function nameOf(to: string, worldName: string, name: (place: Place) => string): string {
  const place = placeAt(hostOf(to));
  return place === undefined ? worldName : name(place);
}

export interface Counts {
  readonly requests: number;
  /** 4xx, or NXDOMAIN. */
  readonly clientErrors: number;
  /** 5xx, or another response code. */
  readonly serverErrors: number;
  /** Not answered. */
  readonly failures: number;
}

export function countCalls(calls: readonly Pick<Call, 'status'>[]): Counts {
  const count = (test: (status: number | null) => boolean) => calls.filter(({ status }) => test(status)).length;
  return {
    requests: calls.length,
    clientErrors: count((status) => status !== null && status >= 400 && status < 500),
    serverErrors: count((status) => status !== null && status >= 500),
    failures: count((status) => status === null),
  };
}

/** A question that nobody answers is put anew, from a socket of its own. */
export function countDigs(answered: readonly Dig[]): Counts {
  const digs = answered.flatMap((dig) => Array.from({ length: dig.tries }, () => dig));
  const count = (test: (rcode: string | null) => boolean) => digs.filter(({ rcode }) => test(rcode)).length;
  return {
    requests: digs.length,
    clientErrors: count((rcode) => rcode === 'NXDOMAIN'),
    serverErrors: count((rcode) => rcode !== null && rcode !== 'NXDOMAIN' && rcode !== 'NOERROR'),
    failures: count((rcode) => rcode === null),
  };
}

export function add(...parts: readonly Counts[]): Counts {
  const sum = (key: keyof Counts) => parts.reduce((total, part) => total + part[key], 0);
  return {
    requests: sum('requests'),
    clientErrors: sum('clientErrors'),
    serverErrors: sum('serverErrors'),
    failures: sum('failures'),
  };
}

/** Column values of a derived table; null shares where nothing was asked. */
export function sharesOf({ requests, clientErrors, serverErrors, failures }: Counts) {
  const share = (count: number) => (requests === 0 ? null : count / requests);
  return { requests, errors: share(serverErrors + failures), client_errors: share(clientErrors) };
}

/** The route behind a path of the traffic: known to whoever made it up. */
export function routeOfPath(path: string): string {
  return path
    .replace(/\?.*/, '')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '{uuid}')
    .replace(/(?<=\/)\d+(?=\/|$)/, '{number}');
}

/** Places of a list of values in order between which the share lies, as far as rounding of ranks can differ. */
export function quantileBounds(values: readonly number[], share: number): readonly [low: number, high: number] {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  return [sorted[Math.floor(rank)] ?? Number.NaN, sorted[Math.ceil(rank)] ?? Number.NaN];
}

/** Ports on which requests are made in a protocol that is read. */
export const httpPorts: readonly number[] = [ports.http, ports.world];
