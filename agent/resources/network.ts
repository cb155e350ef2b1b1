/** Counters of a network namespace's devices, by a process in it (proc_pid_net(5)). */
import { readLink, readText } from './read-file.ts';

export interface NetworkCounters {
  readonly rx_bytes: number;
  readonly rx_packets: number;
  readonly rx_errors: number;
  readonly rx_drops: number;
  readonly tx_bytes: number;
  readonly tx_packets: number;
  readonly tx_errors: number;
  readonly tx_drops: number;
}

/** The process's network namespace, e.g. "net:[4026531840]"; undefined for a process that is gone or not ours to look at. */
export function networkOf(pid: number, proc = '/proc'): string | undefined {
  return readLink(`${proc}/${pid}/ns/net`);
}

/** All devices but the loopback one, added up; undefined when there is none. */
export function countersOf(pid: number, proc = '/proc'): NetworkCounters | undefined {
  const text = readText(`${proc}/${pid}/net/dev`);
  const sums = new Array<number>(16).fill(0);
  let devices = 0;
  for (const line of (text ?? '').split('\n').slice(2)) {
    const colon = line.indexOf(':');
    if (colon < 0 || line.slice(0, colon).trim() === 'lo') continue;
    devices++;
    const fields = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/);
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (Number(fields[i]) || 0);
  }
  if (devices === 0) return undefined;
  const at = (index: number): number => sums[index] ?? 0;
  return {
    rx_bytes: at(0),
    rx_packets: at(1),
    rx_errors: at(2),
    rx_drops: at(3),
    tx_bytes: at(8),
    tx_packets: at(9),
    tx_errors: at(10),
    tx_drops: at(11),
  };
}

/** Addresses of the namespace's devices, loopback and link-local ones left out. */
export function addressesOf(pid: number, proc = '/proc'): string {
  const found = new Set<string>();
  let leaf = '';
  for (const line of (readText(`${proc}/${pid}/net/fib_trie`) ?? '').split('\n')) {
    const address = /\|-- ([\d.]+)/.exec(line)?.[1];
    if (address !== undefined) leaf = address;
    else if (line.includes('/32 host LOCAL') && !leaf.startsWith('127.')) found.add(leaf);
  }
  for (const line of (readText(`${proc}/${pid}/net/if_inet6`) ?? '').split('\n')) {
    const [hex = ''] = line.split(' ');
    if (hex.length === 32 && !/^fe80/.test(hex) && !/^0{31}1$/.test(hex)) found.add(ipv6(hex));
  }
  return [...found].join(', ');
}

/** Without leading zeros, the longest run of zero groups left out (RFC 5952 §4). */
function ipv6(hex: string): string {
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16));
  let best = 0;
  let bestAt = -1;
  for (let at = 0, run = 0; at < groups.length; at++) {
    run = groups[at] === '0' ? run + 1 : 0;
    if (run > best) {
      best = run;
      bestAt = at - run + 1;
    }
  }
  if (best < 2) return groups.join(':');
  return `${groups.slice(0, bestAt).join(':')}::${groups.slice(bestAt + best).join(':')}`;
}
