/** Addresses as /proc/net/tcp writes them: 32-bit words in host byte order, hexadecimal (net/ipv4/tcp_ipv4.c, get_tcp4_sock). */
import { isIPv4 } from 'node:net';

/** "127.0.0.1", 8080 → "0100007F:1F90" on a little-endian machine, as every platform Kelpie runs on is. */
export function procAddress(address: string, port: number): string {
  const bytes = isIPv4(address) ? address.split('.').map(Number) : ipv6Bytes(address);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    for (let i = 3; i >= 0; i--) text += hex(bytes[at + i] ?? 0, 2);
  }
  return `${text}:${hex(port, 4)}`;
}

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/** The 16 bytes of an IPv6 address (RFC 4291 §2.2). */
function ipv6Bytes(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = tail === undefined ? [] : new Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0);
  return [...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 255]);
}

function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
