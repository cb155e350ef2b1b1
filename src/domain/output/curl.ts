/** A captured request as a curl command that sends it again. */
import { decodeUtf8 } from '../body/text.ts';
import type { HeaderList } from '../column.ts';
import { isRedacted } from '../redaction.ts';
import { sanitizeLine } from '../sanitize.ts';
import type { HttpEvent } from '../tables/http-events.ts';
import { toBase64 } from './base64.ts';
import { shellWord } from './shell.ts';

/** What curl sets itself, or what belongs to one connection only (RFC 9110 §7.6.1). */
const leftToCurl = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** RFC 9110 §5.6.2. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * The command, one option a line; comment lines above it say what it lacks (redacted headers, a cut body).
 * Needs the payload columns; whatever the request holds, the text is safe to paste into a shell.
 */
export function toCurl(row: HttpEvent): string {
  const notes: string[] = [];
  const body = bodyOptions(row, notes);
  if (isRedacted(row.req_path ?? '')) notes.push('parts of the target were redacted at capture');
  const words = [
    ...requestOptions(row, body.options.length > 0),
    ...headerOptions(row.req_headers ?? [], body.decoded, notes),
    ...body.options,
  ];
  if (!row.req_headers) notes.push('the headers are not at hand');
  const command = [`${body.before}curl`, ...words].join(' \\\n  ');
  return [...notes.map((note) => `# ${note}`), command].join('\n');
}

function requestOptions(row: HttpEvent, hasBody: boolean): string[] {
  const method = row.req_method ?? 'GET';
  const target = row.req_path ?? '/';
  const server =
    row.trace_role === 'server'
      ? authority(row.local_addr, row.local_port)
      : authority(row.remote_addr, row.remote_port);
  const host =
    row.req_host !== null && /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(row.req_host) ? row.req_host : server;
  const base = `${row.encrypted ? 'https' : 'http'}://${host}`;
  const isAbsolute = /^https?:\/\//i.test(target);
  const isOrigin = target.startsWith('/');
  const options = [shellWord(isAbsolute ? target : isOrigin ? base + target : `${base}/`)];
  if (!isAbsolute && !isOrigin) options.push(`--request-target ${shellWord(target)}`);
  if (/\/\.{1,2}(?:[/?#]|$)/.test(target)) options.push('--path-as-is');
  if (/[[\]{}]/.test(target) || host.startsWith('[')) options.push('--globoff');
  if (method === 'HEAD') options.push('--head');
  else if (method !== (hasBody ? 'POST' : 'GET')) options.push(`--request ${shellWord(method)}`);
  if (row.protocol === 'HTTP/1.0') options.push('--http1.0');
  if (row.req_host !== null && row.req_host !== host) options.push(`--header ${shellWord(`Host: ${row.req_host}`)}`);
  return options;
}

function headerOptions(headers: HeaderList, bodyDecoded: boolean, notes: string[]): string[] {
  const options: string[] = [];
  const redacted: string[] = [];
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (leftToCurl.has(lower) || (bodyDecoded && lower === 'content-encoding')) continue;
    if (!headerName.test(name)) notes.push(`left out, not a header name: ${sanitizeLine(name)}`);
    else if (isRedacted(value)) redacted.push(name);
    else if (lower === 'accept-encoding') options.push('--compressed');
    // curl takes "Name:" as "do not send"; "Name;" sends it empty.
    else options.push(`--header ${shellWord(value === '' ? `${name};` : `${name}: ${value}`)}`);
  }
  if (redacted.length > 0) notes.push(`redacted at capture, add them yourself: ${redacted.join(', ')}`);
  return options;
}

interface BodyOptions {
  /** A pipe in front of curl, for bytes that no shell word can hold. */
  readonly before: string;
  readonly options: readonly string[];
  /** The body is shown without its content coding. */
  readonly decoded: boolean;
}

function bodyOptions(row: HttpEvent, notes: string[]): BodyOptions {
  const body = row.req_body;
  if (row.req_body_kept !== null && row.req_body_kept < row.req_body_size) {
    notes.push(`the body is cut: ${row.req_body_kept} of ${row.req_body_size} bytes were kept`);
  }
  if (!body || body.length === 0) {
    if (row.req_body_size > 0) notes.push(`the body (${row.req_body_size} bytes) is not at hand`);
    return { before: '', options: [], decoded: false };
  }
  const decoded = row.req_headers?.some(([name]) => name.toLowerCase() === 'content-encoding') ?? false;
  if (decoded) notes.push('the body is sent without its content coding');
  // curl names a form when nobody names a type.
  const typed = row.req_headers?.some(([name]) => name.toLowerCase() === 'content-type') ?? false;
  const untyped = typed ? [] : [`--header 'Content-Type;'`];
  const text = decodeUtf8(body);
  if (text !== undefined && new TextEncoder().encode(text).length === body.length && !text.includes('\0')) {
    return { before: '', options: [...untyped, `--data-raw ${shellWord(text)}`], decoded };
  }
  return { before: `printf %s ${toBase64(body)} | base64 -d | `, options: [...untyped, '--data-binary @-'], decoded };
}

function authority(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
