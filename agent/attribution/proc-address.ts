/** Addresses as /proc/net/tcp writes them: 32-bit words in host byte order, hexadecimal (net/ipv4/tcp_ipv4.c, get_tcp4_sock). */
import { addressText } from '../capture/address.ts';

/** "0100007F:1F90" is "127.0.0.1 8080" on a little-endian machine, as every platform Kelpie runs on is. IPv4 in IPv6 is IPv4. */
export function readProcAddress(text: string): string {
  const [address = '', port = ''] = text.split(':');
  const bytes = Buffer.from(address, 'hex');
  bytes.swap32();
  return `${addressText(bytes, 0, bytes.length === 4 ? 4 : 6)} ${Number.parseInt(port, 16)}`;
}
