/** An exchange that is over, as the summaries count it. */
import type { ExchangeFacts } from '../../stream/protocol.ts';
import type { TextCache } from '../text-cache.ts';
import type { Exchange, Standing } from './exchange.ts';

/** The one object that is handed to `ProtocolOutput.exchange` again and again. */
export function createFacts(): ExchangeFacts {
  return {
    protocol: 'http',
    role: 'server',
    identity: {},
    time: 0,
    method: '',
    target: '',
    result: 'ok',
    latency: -1,
    requestBytes: 0,
    responseBytes: 0,
  };
}

/**
 * Fills in what an exchange itself says; false when it is not over as far as anybody knows, because capture of its connection ended
 * before it did: such a one is not counted.
 *
 * A failure is what failed for certain: a reset, a connection closed without an answer or in the middle of it. Where bytes are
 * missing from the capture, or capture began in the middle, the exchange counts by its status if that was seen and as ok if not: nothing
 * says that it failed. Its latency is told only if both ends of it were seen and belong together.
 */
export function fillFacts(
  facts: ExchangeFacts,
  exchange: Exchange,
  standing: Standing,
  now: number,
  texts: TextCache,
): boolean {
  if (standing === 'gone' || standing === 'in-flight') return false;
  const { request, response } = exchange;
  const failed = hasFailed(exchange, standing);
  facts.result = failed ? 'failure' : resultOf(response?.status ?? 0);
  const measured = !failed && request !== undefined && response?.complete === true && !exchange.suspect;
  facts.latency = measured ? Math.max(0, response.lastTime - request.firstTime) : -1;
  facts.time = response?.complete ? response.lastTime : now;
  facts.method = request?.method ?? '';
  facts.target = request?.target(texts) ?? '';
  facts.requestBytes = request?.bodySize ?? 0;
  facts.responseBytes = response?.bodySize ?? 0;
  return true;
}

function hasFailed(exchange: Exchange, standing: Standing): boolean {
  if (standing === 'reset') return true;
  return standing === 'fin' && !exchange.response?.complete && exchange.allLostBytes === 0;
}

/** Statuses beyond those defined count as 5xx (RFC 9110 §15). */
function resultOf(status: number): ExchangeFacts['result'] {
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'client-error' : 'ok';
}
