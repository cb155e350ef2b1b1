import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { names } from './dns/resolver.ts';
import { authority, podOf, type Role, serviceName } from './pods.ts';
import { type Trace, traceHeaders } from './trace.ts';

export interface Outgoing {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly trace?: Trace;
  /** Milliseconds after which the caller hangs up; 2000 unless told. */
  readonly timeout?: number;
  /** Connection pool; a fresh connection per call when false. Kept alive unless told. */
  readonly agent?: Agent | false;
  /** Send `Expect: 100-continue` and hold the body back until told to go on (RFC 9110 §10.1.1). */
  readonly expect?: boolean;
}

export interface Incoming {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const keepAlive = new Agent({ keepAlive: true, maxSockets: 8, maxFreeSockets: 4 });

/**
 * Calls a service by its name and reads the whole answer.
 * @throws Error with `code` ETIMEDOUT, ECONNRESET, ECONNREFUSED, ENOTFOUND … when there is none.
 */
export function call(role: Role, outgoing: Outgoing): Promise<Incoming> {
  const pod = podOf(role);
  return callHost({ host: serviceName(pod), port: pod.port }, outgoing, authority(pod));
}

/** The same with any host. */
export function callHost(
  { host, port }: { readonly host: string; readonly port: number },
  outgoing: Outgoing,
  hostHeader = host,
): Promise<Incoming> {
  const { method = 'GET', path, body, trace, timeout = 2000, agent = keepAlive, expect = false } = outgoing;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host,
        port,
        lookup: names.lookup,
        method,
        path,
        agent,
        headers: {
          Host: hostHeader,
          ...(trace && traceHeaders(trace)),
          ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }),
          ...(expect && { Expect: '100-continue' }),
          ...outgoing.headers,
        },
      },
      (received) => {
        const chunks: Buffer[] = [];
        received.on('data', (chunk: Buffer) => chunks.push(chunk));
        received.on('error', reject);
        received.on('close', () => {
          clearTimeout(patience);
          if (!received.complete) reject(failure('ECONNRESET', 'the answer was cut off'));
          else resolve({ status: received.statusCode ?? 0, headers: received.headers, body: Buffer.concat(chunks) });
        });
      },
    );
    const patience = setTimeout(() => sent.destroy(failure('ETIMEDOUT', `no answer in ${timeout} ms`)), timeout);
    sent.on('error', (error) => {
      clearTimeout(patience);
      reject(error);
    });
    if (expect) sent.on('continue', () => sent.end(body));
    else sent.end(body);
  });
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
