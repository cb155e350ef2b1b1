/** One request and its response, paired; how it went, in words. */
import type { HttpEvent } from '../../../src/domain/tables/http-events.ts';
import type { CloseReason } from '../../stream/reader.ts';
import type { Message } from './message.ts';

/** Rough cost of an exchange and its place in the queue, bytes. */
const overhead = 200;

/** Where an exchange stands: answered in full, waiting, over with the connection, or its response fell into a hole. */
export type Standing = 'complete' | 'in-flight' | 'missed' | CloseReason;

export class Exchange {
  /** From 1, on its connection. */
  readonly number: number;
  /** Undefined when only the response was seen. */
  readonly request: Message | undefined;
  response: Message | undefined;
  /** Rows so far: 0 none, 1 without a response head, 2 with one. */
  shown: 0 | 1 | 2 = 0;
  /** Bytes are missing where its response may have been. */
  obscured = false;
  /** Messages before it are missing, so that the response may be another's. */
  suspect = false;
  /** The rest of it was left out by the capture budget. */
  leftOut = false;
  /** Bytes lost around it that belong to no message. */
  lostBytes = 0;

  constructor(number: number, request: Message | undefined) {
    this.number = number;
    this.request = request;
  }

  get firstTime(): number {
    return (this.request ?? this.response)?.firstTime ?? 0;
  }

  get cost(): number {
    return overhead + (this.request?.complete ? this.request.cost : 0);
  }

  /** The captured bytes are about to go. */
  own(): void {
    this.request?.own();
    this.response?.own();
  }

  /** Gives the memory of both messages back. */
  free(): void {
    this.request?.free();
    this.response?.free();
  }

  get allLostBytes(): number {
    return this.lostBytes + (this.request?.lostBytes ?? 0) + (this.response?.lostBytes ?? 0);
  }
}

export function outcomeOf(exchange: Exchange, standing: Standing): HttpEvent['outcome'] {
  const { request, response } = exchange;
  if (standing === 'in-flight') return 'in-flight';
  if (standing === 'reset') return 'reset';
  if (standing === 'missed') return 'partial';
  if (response === undefined) return exchange.allLostBytes > 0 ? 'partial' : 'unanswered';
  if (!response.complete || exchange.allLostBytes > 0) return 'partial';
  if (request === undefined || exchange.suspect) return 'partial';
  return response.status >= 400 ? 'error' : 'ok';
}

/** What a person should know of what went wrong, or null. */
export function errorOf(exchange: Exchange, standing: Standing, midstream: boolean): string | null {
  const { request, response } = exchange;
  // Most exchanges have nothing to tell, and this runs for all of them.
  if (
    standing === 'complete' &&
    !exchange.suspect &&
    request?.complete &&
    !request.fault &&
    !request.headFault &&
    !response?.fault &&
    !response?.headFault &&
    exchange.allLostBytes === 0
  ) {
    return null;
  }
  const parts: string[] = [];
  const ending = endingOf(exchange, standing);
  if (ending) parts.push(ending);
  if (request === undefined) parts.push(midstream ? 'request before capture began' : 'response without a request');
  for (const message of [request, response]) {
    if (message?.headFault) parts.push(message.headFault);
    if (message?.fault) parts.push(message.fault);
  }
  if (exchange.suspect && response !== undefined)
    parts.push('response may be of another request: messages are missing');
  const lost = exchange.allLostBytes;
  if (lost > 0) parts.push(`${lost} bytes lost by capture`);
  return parts.length === 0 ? null : parts.join('; ');
}

function endingOf({ request, response }: Exchange, standing: Standing): string | undefined {
  const partial = response !== undefined && !response.complete ? response.progress : undefined;
  const unsent = request !== undefined && !request.complete ? request.progress : undefined;
  switch (standing) {
    case 'reset':
      if (partial) return `connection reset, response cut short after ${partial}`;
      return unsent ? `connection reset, request cut short after ${unsent}` : 'connection reset';
    case 'fin':
      if (partial) return `response cut short after ${partial}`;
      return unsent ? `connection closed, request cut short after ${unsent}` : 'connection closed without a response';
    case 'gone':
      return partial
        ? `end of the response not seen, ${partial} until capture of the connection ended`
        : 'no response until capture of the connection ended';
    case 'missed':
      return 'response missing from the capture';
    default:
      return undefined;
  }
}
