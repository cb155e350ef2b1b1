/** What naming needs to know of a socket, a flow or a datagram. */
import type { EdgeSample, FlowOwner, SocketRole } from './source.ts';

/** The two ends of a connection, seen from the local one. Every SocketOpen and FlowSample is one. */
export interface Ends extends FlowOwner {
  /** 0 where several sockets are summed up. */
  readonly cookie: number;
  readonly role: SocketRole;
  /** "tcp" unless said otherwise. */
  readonly transport?: 'tcp' | 'udp';
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** 0 where several are summed up. */
  readonly localPort: number;
  readonly remotePort: number;
}

/** Addresses that DNS told the process at one end of a socket for a name. The object may be reused: copy what you keep. */
export interface ResolvedName {
  readonly socket: Ends;
  /** client: the socket asked; server: it answered. */
  readonly role: 'client' | 'server';
  /** As asked, in lower case, without the final dot. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** ns. */
  readonly ttl: number;
  /** CLOCK_MONOTONIC ns. */
  readonly time: number;
}

/** The ends of many connections told together: only the port of the server's side is one. */
export function endsOfEdge(edge: EdgeSample): Ends {
  const { cgroupId, netnsCookie, comm, pid, role, transport, localAddress, remoteAddress, port } = edge;
  const [localPort, remotePort] = role === 'server' ? [port, 0] : [0, port];
  return {
    cookie: 0,
    cgroupId,
    netnsCookie,
    comm,
    pid,
    role,
    transport,
    localAddress,
    remoteAddress,
    localPort,
    remotePort,
  };
}

/** A copy that holds no more than this. */
export function endsOf(ends: Ends, transport: 'tcp' | 'udp' = ends.transport ?? 'tcp'): Ends {
  const { cookie, cgroupId, netnsCookie, comm, pid, role, localAddress, remoteAddress, localPort, remotePort } = ends;
  return {
    cookie,
    cgroupId,
    netnsCookie,
    comm,
    pid,
    role,
    transport,
    localAddress,
    remoteAddress,
    localPort,
    remotePort,
  };
}
