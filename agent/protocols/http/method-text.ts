/** Methods as text, the usual ones without making a new string each time. */
import { latin1 } from '../bytes.ts';

/** RFC 9110 §9.3, RFC 5789. */
const usual = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE'];

export function methodText(bytes: Uint8Array, from: number, to: number): string {
  for (const method of usual) if (method.length === to - from && isText(bytes, from, method)) return method;
  return latin1(bytes, from, to);
}

function isText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
