/**
 * An exchange as a row of http_events. A row owns no column: each is made from its record (record.ts) when it is read, so that rows
 * nobody looks at cost little. Secrets were replaced before the record was written.
 */
import type { HeaderList, Row } from '../../../src/domain/column.ts';
import { sharedColumns } from '../../../src/domain/shared-row.ts';
import type { HttpEvent } from '../../../src/domain/tables/http-events.ts';
import type { Connection } from '../../stream/protocol.ts';
import { latin1, readable } from '../bytes.ts';
import { payloadBytes, payloadNotes, type RowPlace, rowMemory } from '../payload.ts';
import type { Chunk, RowMemory } from '../row-memory.ts';
import { decodeBody } from './body.ts';
import { type Exchange, errorOf, type Standing } from './exchange.ts';
import { fieldsOf } from './fields.ts';
import { methodText } from './method-text.ts';
import { flag, numberAt, outcomeIn, recordHead, recordSize, wordAt, writeRecord } from './record.ts';

/** What every row of a connection shares. */
export interface ConnectionColumns {
  readonly socket: Connection['socket'];
  readonly wallTime: (time: number) => bigint;
  readonly idPrefix: string;
  readonly conn_id: string;
  readonly conn_opened: bigint;
  readonly midstream: boolean;
  /** The ends as a row bore them last. */
  borne: Row | undefined;
}

export function columnsOf(connection: Connection): ConnectionColumns {
  const { socket, wallTime } = connection;
  return {
    socket,
    wallTime,
    idPrefix: `${socket.cookie.toString(36)}.`,
    conn_id: socket.cookie.toString(16),
    conn_opened: wallTime(socket.time),
    midstream: socket.firstSeq === undefined,
    borne: undefined,
  };
}

/** What most rows do not have. */
interface Rarities {
  readonly error: string | null;
  readonly requestCoding: string | undefined;
  readonly responseCoding: string | undefined;
  readonly requestTrailers: string;
  readonly responseTrailers: string;
}

/** Size of a row's own object and its place in the ring, bytes. */
const rowObject = 128;
/** What the first row that has them bears of the columns that name the two ends, and of what all rows of its connection share. */
const endsBytes = 280;
const connectionBytes = 300;

class HttpRow implements HttpEvent, RowPlace {
  readonly #chunk: Chunk;
  readonly #at: number;
  readonly #generation: number;
  /** Columns that name the two ends, shared by the rows of a connection: agent/attribution. */
  readonly #ends: Partial<HttpEvent>;
  readonly #columns: ConnectionColumns;
  readonly #rare: Rarities | undefined;
  readonly #memory: RowMemory;
  /** Bytes of what it shares that it bears. */
  readonly #sharedBytes: number;

  constructor(
    chunk: Chunk,
    at: number,
    ends: Partial<HttpEvent>,
    columns: ConnectionColumns,
    rare: Rarities | undefined,
    memory: RowMemory,
  ) {
    this.#chunk = chunk;
    this.#at = at;
    this.#generation = chunk.generation;
    this.#ends = ends;
    this.#columns = columns;
    this.#rare = rare;
    this.#memory = memory;
    this.#sharedBytes = bear(columns, ends as Row);
  }

  get [sharedColumns](): Row {
    return this.#ends as Row;
  }
  get [rowMemory](): RowPlace {
    return this;
  }
  get isGone(): boolean {
    return this.#chunk.generation !== this.#generation;
  }
  get bytes(): number {
    return rowObject + this.#sharedBytes + this[payloadBytes];
  }
  release(): void {
    this.#memory.release(this.#chunk);
  }

  #number(index: number): number {
    return this.#live().numbers[(this.#at >> 3) + index] ?? 0;
  }
  #word(index: number): number {
    return this.#live().words[(this.#at >> 2) + index] ?? 0;
  }
  #has(bit: number): boolean {
    return (this.#word(wordAt.flags) & bit) !== 0;
  }
  /** Whoever keeps a row asks `isGone` before it reads one: another row may lie here now. */
  #live(): Chunk {
    if (this.#chunk.generation !== this.#generation) throw new Error('the row was let go of');
    return this.#chunk;
  }
  get #requestAt(): number {
    return this.#at + recordHead;
  }
  get #responseAt(): number {
    return this.#at + recordHead + this.#word(wordAt.requestBody) + this.#word(wordAt.requestKept);
  }
  /** Bytes of a message, by their place in its head. */
  #text(message: number, from: number, to: number): string {
    return latin1(this.#live().bytes, message + from, message + to);
  }

  get time_(): bigint {
    return this.#columns.wallTime(this.#number(numberAt.firstTime));
  }
  get id(): string {
    return this.#columns.idPrefix + this.#number(numberAt.exchange);
  }
  get trace_role(): 'client' | 'server' {
    return this.#has(flag.client) ? 'client' : 'server';
  }
  get source(): string {
    return (
      this.#ends.source ?? (this.#has(flag.client) ? localEnd(this.#columns.socket) : remoteEnd(this.#columns.socket))
    );
  }
  get destination(): string {
    return (
      this.#ends.destination ??
      (this.#has(flag.client) ? remoteEnd(this.#columns.socket) : localEnd(this.#columns.socket))
    );
  }
  get req_method(): string | null {
    if (!this.#has(flag.hasRequest)) return null;
    return methodText(this.#live().bytes, this.#requestAt, this.#requestAt + this.#word(wordAt.methodEnd));
  }
  get req_path(): string | null {
    if (!this.#has(flag.hasRequest)) return null;
    return readable(this.#text(this.#requestAt, this.#word(wordAt.methodEnd) + 1, this.#word(wordAt.targetEnd)));
  }
  get resp_status(): number | null {
    return this.#word(wordAt.status) || null;
  }
  get outcome(): string {
    return outcomeIn(this.#word(wordAt.flags));
  }
  get latency(): number | null {
    return known(this.#number(numberAt.latency));
  }
  get ttfb(): number | null {
    return known(this.#number(numberAt.ttfb));
  }
  get req_body_size(): number {
    return this.#number(numberAt.requestBodySize);
  }
  get resp_body_size(): number {
    return this.#number(numberAt.responseBodySize);
  }
  get protocol(): string {
    return this.#has(flag.minor0) ? 'HTTP/1.0' : 'HTTP/1.1';
  }
  /** The authority of an absolute target goes before Host (RFC 9112 §3.2.2). */
  get req_host(): string | null {
    if (!this.#has(flag.hasRequest)) return null;
    const { bytes } = this.#live();
    const targetAt = this.#requestAt + this.#word(wordAt.methodEnd) + 1;
    if (bytes[targetAt] !== 47) {
      const target = latin1(bytes, targetAt, this.#requestAt + this.#word(wordAt.targetEnd));
      if (this.req_method === 'CONNECT') return target;
      const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(target)?.[1];
      if (authority !== undefined) return authority;
    }
    const end = this.#word(wordAt.hostEnd);
    return end === 0 ? null : readable(this.#text(this.#requestAt, this.#word(wordAt.hostAt), end).trim());
  }
  get resp_message(): string | null {
    const from = this.#word(wordAt.reasonAt);
    const to = this.#word(wordAt.reasonEnd);
    if (!this.#has(flag.hasResponse) || from >= to) return null;
    return readable(this.#text(this.#responseAt, from, to));
  }
  get content_type(): string | null {
    const end = this.#word(wordAt.typeEnd);
    if (end === 0) return null;
    const message = this.#has(flag.requestType) ? this.#requestAt : this.#responseAt;
    return this.#text(message, this.#word(wordAt.typeAt), end).trim();
  }
  get node(): string {
    return this.#ends.node ?? '';
  }
  get namespace(): string | null {
    return this.#ends.namespace ?? null;
  }
  get pod(): string | null {
    return this.#ends.pod ?? null;
  }
  get container(): string | null {
    return this.#ends.container ?? null;
  }
  get process(): string | null {
    return this.#ends.process ?? null;
  }
  get pid(): number | null {
    return this.#ends.pid ?? null;
  }
  get remote_pod(): string | null {
    return this.#ends.remote_pod ?? null;
  }
  get remote_name(): string | null {
    return this.#ends.remote_name ?? null;
  }
  get remote_process(): string | null {
    return this.#ends.remote_process ?? null;
  }
  get local_addr(): string {
    return this.#columns.socket.localAddress;
  }
  get local_port(): number {
    return this.#columns.socket.localPort;
  }
  get remote_addr(): string {
    return this.#columns.socket.remoteAddress;
  }
  get remote_port(): number {
    return this.#columns.socket.remotePort;
  }
  get encrypted(): boolean {
    return false;
  }
  get major_version(): number {
    return 1;
  }
  get minor_version(): number {
    return this.#has(flag.minor0) ? 0 : 1;
  }
  get conn_id(): string {
    return this.#columns.conn_id;
  }
  get conn_exchange(): number {
    return this.#number(numberAt.exchange);
  }
  get conn_opened(): bigint {
    return this.#columns.conn_opened;
  }
  get cgroup(): string | null {
    return this.#ends.cgroup ?? null;
  }
  get error(): string | null {
    return this.#rare?.error ?? null;
  }
  get lost_bytes(): number {
    return this.#number(numberAt.lostBytes);
  }

  get req_headers(): HeaderList | null {
    if (!this.#has(flag.hasRequest)) return null;
    return fieldsOf(this.#text(this.#requestAt, this.#word(wordAt.requestFields), this.#word(wordAt.requestHead)));
  }
  get req_body(): Uint8Array | null {
    const wire = this.#body(this.#requestAt, wordAt.requestBody, wordAt.requestKept);
    return wire && decodeBody(wire, this.#rare?.requestCoding).bytes;
  }
  get req_body_kept(): number | null {
    return this.#has(flag.hasRequest) ? this.#word(wordAt.requestKept) : null;
  }
  get req_trailers(): HeaderList | null {
    return this.#rare?.requestTrailers ? fieldsOf(this.#rare.requestTrailers) : null;
  }
  get resp_headers(): HeaderList | null {
    if (!this.#has(flag.hasResponse)) return null;
    return fieldsOf(this.#text(this.#responseAt, this.#word(wordAt.responseFields), this.#word(wordAt.responseHead)));
  }
  get resp_body(): Uint8Array | null {
    const wire = this.#body(this.#responseAt, wordAt.responseBody, wordAt.responseKept);
    return wire && decodeBody(wire, this.#rare?.responseCoding).bytes;
  }
  get resp_body_kept(): number | null {
    return this.#has(flag.hasResponse) ? this.#word(wordAt.responseKept) : null;
  }
  get resp_trailers(): HeaderList | null {
    return this.#rare?.responseTrailers ? fieldsOf(this.#rare.responseTrailers) : null;
  }
  get [payloadBytes](): number {
    const { requestTrailers = '', responseTrailers = '', error } = this.#rare ?? {};
    const texts = requestTrailers.length + responseTrailers.length + (error?.length ?? 0);
    return this.#responseAt - this.#at + this.#word(wordAt.responseBody) + this.#word(wordAt.responseKept) + texts;
  }
  get [payloadNotes](): readonly string[] {
    const request = this.#body(this.#requestAt, wordAt.requestBody, wordAt.requestKept);
    const response = this.#body(this.#responseAt, wordAt.responseBody, wordAt.responseKept);
    return [
      ...notesOf('request', request, this.#rare?.requestCoding),
      ...notesOf('response', response, this.#rare?.responseCoding),
    ];
  }

  /** A copy of what was kept of a body, null where that is nothing: the memory is used again. */
  #body(message: number, body: number, kept: number): Uint8Array | null {
    const length = this.#word(kept);
    const from = message + this.#word(body);
    return length === 0 ? null : Uint8Array.prototype.slice.call(this.#live().bytes, from, from + length);
  }
}

function bear(columns: ConnectionColumns, ends: Row): number {
  const { borne } = columns;
  if (borne === ends) return 0;
  columns.borne = ends;
  return borne === undefined ? endsBytes + connectionBytes : endsBytes;
}

/** The row of an exchange as it stands; `role` is the socket's end of it, `ends` what attribution says of the two. */
export function toRow(
  exchange: Exchange,
  standing: Standing,
  role: 'client' | 'server',
  ends: Row,
  columns: ConnectionColumns,
  memory: RowMemory,
): Row {
  const chunk = memory.reserve(recordSize(exchange));
  const at = writeRecord(memory, chunk, exchange, standing, role);
  const rare = raritiesOf(exchange, errorOf(exchange, standing, columns.midstream));
  return new HttpRow(chunk, at, ends as Partial<HttpEvent>, columns, rare, memory) as HttpEvent;
}

function raritiesOf({ request, response }: Exchange, error: string | null): Rarities | undefined {
  const requestCoding = request?.contentEncoding;
  const responseCoding = response?.contentEncoding;
  const requestTrailers = request?.trailers ?? '';
  const responseTrailers = response?.trailers ?? '';
  const isPlain = requestCoding === undefined && responseCoding === undefined;
  if (error === null && isPlain && requestTrailers === '' && responseTrailers === '') return undefined;
  return { error, requestCoding, responseCoding, requestTrailers, responseTrailers };
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

function localEnd({ localAddress, localPort }: Connection['socket']): string {
  return `${localAddress}:${localPort}`;
}

function remoteEnd({ remoteAddress, remotePort }: Connection['socket']): string {
  return `${remoteAddress}:${remotePort}`;
}

function notesOf(which: string, wire: Uint8Array | null, coding: string | undefined): readonly string[] {
  if (wire === null || coding === undefined) return [];
  const { note } = decodeBody(wire, coding);
  return note === undefined ? [] : [`${which} body: ${note}`];
}
