import { createHash } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import type { Call } from './http-service.ts';

type Headers = OutgoingHttpHeaders;

export function json(call: Call, status: number, value: unknown, headers: Headers = {}): void {
  send(call, status, 'application/json', `${JSON.stringify(value)}\n`, headers);
}

export function text(call: Call, status: number, body: string, headers: Headers = {}): void {
  send(call, status, 'text/plain; charset=utf-8', body, headers);
}

export function html(call: Call, status: number, body: string, headers: Headers = {}): void {
  send(call, status, 'text/html; charset=utf-8', body, headers);
}

export function empty({ response }: Call, status: number, headers: Headers = {}): void {
  response.writeHead(status, headers).end();
}

/** A whole body with its length; compressed when it is worth it and the caller accepts it. */
export function send(call: Call, status: number, type: string, body: string | Buffer, headers: Headers = {}): void {
  const plain = Buffer.from(body);
  const encoding = plain.length >= 512 && !type.startsWith('image/') ? acceptable(call) : undefined;
  const bytes = encoding ? compress(plain, encoding) : plain;
  call.response
    .writeHead(status, {
      'Content-Type': type,
      'Content-Length': bytes.length,
      ...(encoding && { 'Content-Encoding': encoding, Vary: 'Accept-Encoding' }),
      ...headers,
    })
    .end(bytes);
}

/** A body that is the same for everybody: with an ETag, and 304 for whoever has it already (RFC 9110 §13.1.2). */
export function cached(call: Call, type: string, body: Buffer, maxAge: number): void {
  const headers = { ETag: `"${fingerprint(body)}"`, 'Cache-Control': `public, max-age=${maxAge}` };
  if (call.request.headers['if-none-match'] === headers.ETag) empty(call, 304, headers);
  else send(call, 200, type, body, headers);
}

const encoders = {
  br: (body: Buffer) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (body: Buffer) => gzipSync(body),
  deflate: (body: Buffer) => deflateSync(body),
};
type Encoding = keyof typeof encoders;

function acceptable({ request }: Call): Encoding | undefined {
  const accepted = `${request.headers['accept-encoding']}`.split(',').map((item) => item.trim().split(';')[0]);
  return (['br', 'gzip', 'deflate'] as const).find((encoding) => accepted.includes(encoding));
}

/** Large bodies are few and fixed: compressed once. */
const compressed = new Map<string, Buffer>();

function compress(body: Buffer, encoding: Encoding): Buffer {
  if (body.length < 64 * 1024) return encoders[encoding](body);
  const key = `${encoding} ${fingerprint(body)}`;
  const bytes = compressed.get(key) ?? encoders[encoding](body);
  if (compressed.size < 16) compressed.set(key, bytes);
  return bytes;
}

const fingerprints = new WeakMap<Buffer, string>();

function fingerprint(body: Buffer): string {
  const known = fingerprints.get(body) ?? createHash('sha1').update(body).digest('base64url').slice(0, 16);
  fingerprints.set(body, known);
  return known;
}
