/** The sockets of a network namespace, by its tables in /proc (proc(5): net/tcp, net/udp and theirs of IPv6). */
import { readFileSync } from 'node:fs';
import { attempt } from './attempt.ts';
import { readProcAddress } from './proc-address.ts';

export interface ProcSocket {
  readonly inode: string;
  /** "tcp 10.0.0.1 80 10.0.0.2 40000"; of a listener the second address is that of anybody, and 0. */
  readonly connection: string;
}

const LF = 10;
const COLON = 58;
/** Digits of an address with its port: "0100007F:1F90". */
const addressLength = { tcp: 13, udp: 13, tcp6: 37, udp6: 37 } as const;
/** TCP_TIME_WAIT (include/net/tcp_states.h): nobody's any more, and a server of short connections has a hundred thousand of them. */
const timeWait = '6'.charCodeAt(0);

/** Sockets that `isWanted`, by inode, of the namespace that process `pid` is in. */
export function socketsOf(proc: string, pid: string, isWanted: (inode: string) => boolean): ProcSocket[] {
  const found: ProcSocket[] = [];
  for (const file of ['tcp', 'tcp6', 'udp', 'udp6'] as const) {
    const table = attempt(() => readFileSync(`${proc}/${pid}/net/${file}`), undefined);
    if (table === undefined) continue;
    const kind = file.slice(0, 3);
    for (let at = table.indexOf(LF) + 1; at > 0 && at < table.length; ) {
      const newline = table.indexOf(LF, at);
      const end = newline < 0 ? table.length : newline;
      // "  12: LOCAL REMOTE 06 …"
      const state = table.indexOf(COLON, at) + 2 + 2 * (addressLength[file] + 1);
      if (table[state + 1] !== timeWait || table[state] !== 48) {
        const [, local, remote, , , , , , , inode] = table.toString('latin1', at, end).trim().split(/\s+/);
        if (local && remote && inode && isWanted(inode)) {
          found.push({ inode, connection: `${kind} ${readProcAddress(local)} ${readProcAddress(remote)}` });
        }
      }
      at = end + 1;
    }
  }
  return found;
}
