/** An exchange as a row of http_events. Headers and bodies are made when they are read, so that rows nobody opens cost little. */
import type { HeaderList, Row } from '../../../src/domain/column.ts';
import type { HttpEvent } from '../../../src/domain/tables/http-events.ts';
import type { Connection } from '../../stream/protocol.ts';
import { payloadBytes, payloadNotes } from '../payload.ts';
import { decodeBody } from './body.ts';
import { readable } from './bytes.ts';
import { type Exchange, errorOf, outcomeOf, type Standing } from './exchange.ts';
import { fieldsOf } from './fields.ts';
import type { Message } from './message.ts';

/** What every row of a connection shares. */
export interface ConnectionColumns {
  readonly connection: Connection;
  readonly idPrefix: string;
  readonly conn_id: string;
  readonly conn_opened: bigint;
  readonly midstream: boolean;
}

export function columnsOf(connection: Connection): ConnectionColumns {
  const { socket } = connection;
  return {
    connection,
    idPrefix: `${socket.cookie.toString(36)}.`,
    conn_id: socket.cookie.toString(16),
    conn_opened: connection.wallTime(socket.time),
    midstream: socket.firstSeq === undefined,
  };
}

type Payload = 'req_headers' | 'req_body' | 'req_body_kept' | 'req_trailers';
type ResponsePayload = 'resp_headers' | 'resp_body' | 'resp_body_kept' | 'resp_trailers';

/** Own properties are every column but the payload ones, which are accessors: see agent/protocols/protocol.ts. */
class HttpRow implements HttpEvent {
  readonly time_: bigint;
  readonly id: string;
  readonly trace_role: 'client' | 'server';
  readonly source: string;
  readonly destination: string;
  readonly req_method: string | null;
  readonly req_path: string | null;
  readonly resp_status: number | null;
  readonly outcome: string;
  readonly latency: number | null;
  readonly ttfb: number | null;
  readonly req_body_size: number;
  readonly resp_body_size: number;
  readonly protocol: string;
  readonly req_host: string | null;
  readonly resp_message: string | null;
  readonly content_type: string | null;
  readonly node: string;
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly container: string | null;
  readonly process: string | null;
  readonly pid: number | null;
  readonly remote_pod: string | null;
  readonly remote_process: string | null;
  readonly local_addr: string;
  readonly local_port: number;
  readonly remote_addr: string;
  readonly remote_port: number;
  readonly encrypted: boolean;
  readonly major_version: number;
  readonly minor_version: number;
  readonly conn_id: string;
  readonly conn_exchange: number;
  readonly conn_opened: bigint;
  readonly cgroup: string | null;
  readonly error: string | null;
  readonly lost_bytes: number;
  readonly #request: Message | undefined;
  readonly #response: Message | undefined;

  constructor(exchange: Exchange, standing: Standing, role: 'client' | 'server', columns: ConnectionColumns) {
    const { request, response } = exchange;
    const { connection, midstream } = columns;
    const { socket } = connection;
    // Attribution fills the columns of src/domain/tables/http-events.ts that name the two ends.
    const who = connection.identity(role) as Partial<HttpEvent>;
    const line = request?.head.request;
    const status = response?.head.response;
    const minor = (line ?? status)?.minor === 0 ? 0 : 1;
    const over = standing !== 'in-flight' && standing !== 'gone';
    this.time_ = connection.wallTime(exchange.firstTime);
    this.id = columns.idPrefix + exchange.number;
    this.trace_role = role;
    this.source = who.source ?? (role === 'client' ? localEnd(socket) : remoteEnd(socket));
    this.destination = who.destination ?? (role === 'client' ? remoteEnd(socket) : localEnd(socket));
    this.req_method = line?.method ?? null;
    this.req_path = line === undefined ? null : readable(line.target);
    this.resp_status = status?.status ?? null;
    this.outcome = outcomeOf(exchange, standing);
    this.latency =
      request !== undefined && response !== undefined && (response.complete || over)
        ? Math.max(0, response.lastTime - request.firstTime)
        : null;
    this.ttfb =
      request?.complete && response !== undefined && response.firstTime >= request.lastTime
        ? response.firstTime - request.lastTime
        : null;
    this.req_body_size = request?.bodySize ?? 0;
    this.resp_body_size = response?.bodySize ?? 0;
    this.protocol = minor === 0 ? 'HTTP/1.0' : 'HTTP/1.1';
    this.req_host = request === undefined ? null : hostOf(request);
    this.resp_message = status === undefined || status.reason === '' ? null : readable(status.reason);
    this.content_type = response?.head.contentType ?? request?.head.contentType ?? null;
    this.node = who.node ?? '';
    this.namespace = who.namespace ?? null;
    this.pod = who.pod ?? null;
    this.container = who.container ?? null;
    this.process = who.process ?? null;
    this.pid = who.pid ?? null;
    this.remote_pod = who.remote_pod ?? null;
    this.remote_process = who.remote_process ?? null;
    this.local_addr = who.local_addr ?? socket.localAddress;
    this.local_port = who.local_port ?? socket.localPort;
    this.remote_addr = who.remote_addr ?? socket.remoteAddress;
    this.remote_port = who.remote_port ?? socket.remotePort;
    this.encrypted = false;
    this.major_version = 1;
    this.minor_version = minor;
    this.conn_id = columns.conn_id;
    this.conn_exchange = exchange.number;
    this.conn_opened = columns.conn_opened;
    this.cgroup = who.cgroup ?? null;
    this.error = errorOf(exchange, standing, midstream);
    this.lost_bytes = exchange.allLostBytes;
    this.#request = request;
    this.#response = response;
  }

  get req_headers(): HeaderList | null {
    return headersOf(this.#request);
  }
  get req_body(): Uint8Array | null {
    return bodyOf(this.#request);
  }
  get req_body_kept(): number | null {
    return this.#request?.kept.length ?? null;
  }
  get req_trailers(): HeaderList | null {
    return trailersOf(this.#request);
  }
  get resp_headers(): HeaderList | null {
    return headersOf(this.#response);
  }
  get resp_body(): Uint8Array | null {
    return bodyOf(this.#response);
  }
  get resp_body_kept(): number | null {
    return this.#response?.kept.length ?? null;
  }
  get resp_trailers(): HeaderList | null {
    return trailersOf(this.#response);
  }
  get [payloadBytes](): number {
    return (this.#request?.cost ?? 0) + (this.#response?.cost ?? 0);
  }
  get [payloadNotes](): readonly string[] {
    return [...notesOf('request', this.#request), ...notesOf('response', this.#response)];
  }
}

/** The row of an exchange as it stands; `role` is the socket's end of it. */
export function toRow(
  exchange: Exchange,
  standing: Standing,
  role: 'client' | 'server',
  columns: ConnectionColumns,
): Row {
  return new HttpRow(exchange, standing, role, columns) as HttpEvent;
}

/** Columns a row of http_events does not own but computes. */
export type LazyColumn = Payload | ResponsePayload;

function localEnd({ localAddress, localPort }: Connection['socket']): string {
  return `${localAddress}:${localPort}`;
}

function remoteEnd({ remoteAddress, remotePort }: Connection['socket']): string {
  return `${remoteAddress}:${remotePort}`;
}

/** The authority of an absolute target goes before Host (RFC 9112 §3.2.2). */
function hostOf({ head }: Message): string | null {
  const target = head.request?.target ?? '';
  if (target.charCodeAt(0) !== 47) {
    if (head.request?.method === 'CONNECT') return target;
    const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(target)?.[1];
    if (authority !== undefined) return authority;
  }
  return head.host === undefined ? null : readable(head.host);
}

function headersOf(message: Message | undefined): HeaderList | null {
  return message === undefined ? null : fieldsOf(message.head.fields);
}

function trailersOf(message: Message | undefined): HeaderList | null {
  return message === undefined || message.trailers === '' ? null : fieldsOf(message.trailers);
}

function bodyOf(message: Message | undefined): Uint8Array | null {
  if (message === undefined || message.kept === '') return null;
  return decodeBody(Buffer.from(message.kept, 'latin1'), message.head.contentEncoding).bytes;
}

function notesOf(which: string, message: Message | undefined): readonly string[] {
  if (message === undefined || message.kept === '' || message.head.contentEncoding === undefined) return [];
  const { note } = decodeBody(Buffer.from(message.kept, 'latin1'), message.head.contentEncoding);
  return note === undefined ? [] : [`${which} body: ${note}`];
}
