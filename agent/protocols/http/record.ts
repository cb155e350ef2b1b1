/** What is kept of an exchange for its row: a few numbers, then both messages as they were captured, in row memory. */
import type { HttpEvent } from '../../../src/domain/tables/http-events.ts';
import type { Chunk, RowMemory } from '../row-memory.ts';
import { type Exchange, outcomeOf, type Standing } from './exchange.ts';
import type { Message } from './message.ts';

/** Numbers by eights. Times are captured nanoseconds; NaN = not known. */
export const numberAt = {
  firstTime: 0,
  latency: 1,
  ttfb: 2,
  exchange: 3,
  requestBodySize: 4,
  responseBodySize: 5,
  lostBytes: 6,
} as const;

/** Numbers by fours, behind those by eights. Places are those of HeadReader, in the head they belong to. */
export const wordAt = {
  flags: 14,
  status: 15,
  requestHead: 16,
  requestKept: 17,
  responseHead: 18,
  responseKept: 19,
  methodEnd: 20,
  targetEnd: 21,
  requestFields: 22,
  hostAt: 23,
  hostEnd: 24,
  responseFields: 25,
  reasonAt: 26,
  reasonEnd: 27,
  typeAt: 28,
  typeEnd: 29,
  /** Where the body begins, behind the head's blank line. */
  requestBody: 30,
  responseBody: 31,
} as const;

/** Bytes of all numbers. */
export const recordHead = 128;

export const flag = {
  client: 1,
  minor0: 2,
  hasRequest: 4,
  hasResponse: 8,
  /** `typeAt` is a place in the request's head. */
  requestType: 16,
} as const;
/** Above the flags: index of the outcome. */
const outcomeShift = 8;

const outcomes = ['ok', 'error', 'in-flight', 'unanswered', 'reset', 'partial'] as const;

export function outcomeIn(flags: number): HttpEvent['outcome'] {
  return outcomes[flags >> outcomeShift] ?? 'partial';
}

/** Bytes a record of this exchange takes. */
export function recordSize({ request, response }: Exchange): number {
  return recordHead + (request?.length ?? 0) + (response?.length ?? 0);
}

/** Writes the record of an exchange as it stands at the end of `chunk`, which has room for it; returns where it begins. */
export function writeRecord(
  memory: RowMemory,
  chunk: Chunk,
  exchange: Exchange,
  standing: Standing,
  role: 'client' | 'server',
): number {
  const { request, response } = exchange;
  const at = memory.commit(chunk, recordSize(exchange));
  const { numbers, words, bytes } = chunk;
  const n = at >> 3;
  const w = at >> 2;
  numbers[n + numberAt.firstTime] = exchange.firstTime;
  numbers[n + numberAt.latency] = latencyOf(request, response, standing);
  numbers[n + numberAt.ttfb] = ttfbOf(request, response);
  numbers[n + numberAt.exchange] = exchange.number;
  numbers[n + numberAt.requestBodySize] = request?.bodySize ?? 0;
  numbers[n + numberAt.responseBodySize] = response?.bodySize ?? 0;
  numbers[n + numberAt.lostBytes] = exchange.allLostBytes;
  let flags = outcomes.indexOf(outcomeOf(exchange, standing) as (typeof outcomes)[number]) << outcomeShift;
  if (role === 'client') flags |= flag.client;
  if ((request ?? response)?.minor === 0) flags |= flag.minor0;
  const typed = response !== undefined && response.typeEnd > 0 ? response : request;
  words[w + wordAt.status] = response?.status ?? 0;
  words[w + wordAt.typeAt] = typed?.typeAt ?? 0;
  words[w + wordAt.typeEnd] = typed?.typeEnd ?? 0;
  if (typed !== response) flags |= flag.requestType;
  words[w + wordAt.requestHead] = request?.headLength ?? 0;
  words[w + wordAt.requestBody] = request?.bodyAt ?? 0;
  words[w + wordAt.responseBody] = response?.bodyAt ?? 0;
  words[w + wordAt.requestKept] = request?.keptLength ?? 0;
  words[w + wordAt.responseHead] = response?.headLength ?? 0;
  words[w + wordAt.responseKept] = response?.keptLength ?? 0;
  if (request !== undefined) {
    flags |= flag.hasRequest;
    words[w + wordAt.methodEnd] = request.methodEnd;
    words[w + wordAt.targetEnd] = request.targetEnd;
    words[w + wordAt.requestFields] = request.fieldsAt;
    words[w + wordAt.hostAt] = request.hostAt;
    words[w + wordAt.hostEnd] = request.hostEnd;
    request.copyTo(bytes, at + recordHead);
  }
  if (response !== undefined) {
    flags |= flag.hasResponse;
    words[w + wordAt.responseFields] = response.fieldsAt;
    words[w + wordAt.reasonAt] = response.reasonAt;
    words[w + wordAt.reasonEnd] = response.reasonEnd;
    response.copyTo(bytes, at + recordHead + (request?.length ?? 0));
  }
  words[w + wordAt.flags] = flags;
  return at;
}

function latencyOf(request: Message | undefined, response: Message | undefined, standing: Standing): number {
  const isOver = standing !== 'in-flight' && standing !== 'gone';
  if (request === undefined || response === undefined || !(response.complete || isOver)) return Number.NaN;
  return Math.max(0, response.lastTime - request.firstTime);
}

function ttfbOf(request: Message | undefined, response: Message | undefined): number {
  if (!request?.complete || response === undefined || response.firstTime < request.lastTime) return Number.NaN;
  return response.firstTime - request.lastTime;
}
