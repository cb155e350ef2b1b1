/** What a resource record says, as a person reads it. */
import { addressText } from '../../capture/address.ts';
import { typeNumbers } from './codes.ts';
import { Cursor, quoted } from './cursor.ts';

/** Text of the data of a record at `cursor`, which is left anywhere within it; undefined when it is malformed. `end` is behind it. */
export function recordText(type: number, cursor: Cursor, end: number): string | undefined {
  const text = read(type, cursor, end);
  return cursor.failed || cursor.at > end ? undefined : text;
}

function read(type: number, cursor: Cursor, end: number): string | undefined {
  const length = end - cursor.at;
  switch (type) {
    case typeNumbers.A:
      return length === 4 ? addressText(cursor.take(4), 0, 4) : undefined;
    case typeNumbers.AAAA:
      return length === 16 ? addressText(cursor.take(16), 0, 6) : undefined;
    case typeNumbers.NS:
    case typeNumbers.CNAME:
    case typeNumbers.PTR:
    case typeNumbers.DNAME:
      return cursor.name();
    case typeNumbers.MX:
      return `${cursor.u16()} ${cursor.name()}`;
    case typeNumbers.SOA:
      return `${cursor.name()} ${cursor.name()} ${cursor.u32()}`;
    case typeNumbers.SRV: {
      const [priority, weight, port] = [cursor.u16(), cursor.u16(), cursor.u16()];
      return `${priority} ${weight} ${port} ${cursor.name()}`;
    }
    case typeNumbers.TXT:
      return strings(cursor, end);
    case typeNumbers.SVCB:
    case typeNumbers.HTTPS:
      return service(cursor, end);
    case typeNumbers.CAA: {
      const flags = cursor.u8();
      const tag = Buffer.from(cursor.take(cursor.u8()))
        .toString('latin1')
        .replace(/[^a-z0-9]/gi, '?');
      return `${flags} ${tag} ${quoted(cursor.take(Math.max(0, end - cursor.at)))}`;
    }
    default:
      // RFC 3597 §5, without the bytes.
      return `\\# ${length}`;
  }
}

function strings(cursor: Cursor, end: number): string {
  const found: string[] = [];
  while (cursor.at < end && !cursor.failed) found.push(quoted(cursor.take(cursor.u8())));
  return found.join(' ');
}

/** Parameters of a service binding (RFC 9460 §14.3.2). */
const parameterNames = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint'];

/** "1 svc.example.net alpn=h2,h3 port=8443" (RFC 9460 §2.1). */
function service(cursor: Cursor, end: number): string {
  const words = [String(cursor.u16()), cursor.name()];
  while (cursor.at < end && !cursor.failed) {
    const key = cursor.u16();
    const value = cursor.take(cursor.u16());
    const name = parameterNames[key] ?? `key${key}`;
    const text = parameterText(name, value);
    words.push(text === '' ? name : `${name}=${text}`);
  }
  return words.join(' ');
}

function parameterText(name: string, value: Uint8Array): string {
  if (name === 'alpn') {
    const inner = new Cursor(value);
    const ids: string[] = [];
    while (inner.at < value.length && !inner.failed) ids.push(quoted(inner.take(inner.u8())).slice(1, -1));
    return ids.join(',');
  }
  if (name === 'port') return String(new Cursor(value).u16());
  if (name === 'ipv4hint') return addresses(value, 4, 4);
  if (name === 'ipv6hint') return addresses(value, 16, 6);
  return '';
}

function addresses(value: Uint8Array, size: number, family: 4 | 6): string {
  const found: string[] = [];
  for (let at = 0; at + size <= value.length; at += size) found.push(addressText(value, at, family));
  return found.join(',');
}
