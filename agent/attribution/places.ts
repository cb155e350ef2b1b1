/** What sockets taught about addresses: whose address it is, and who serves at a port. */
import type { SocketOpen } from '../capture/source.ts';
import { createLruMap } from './lru-map.ts';
import { isLoopback, scopeOf, unknownNetns } from './sockets.ts';

export interface Places {
  learn(socket: SocketOpen, pod: string | null): void;
  /** The last socket that served at the remote end's address and port. */
  serverAt(socket: SocketOpen): SocketOpen | undefined;
  /** The pod that has the remote address to itself. */
  podAt(socket: SocketOpen): string | undefined;
}

interface Tenant {
  readonly pod: string | null;
  readonly netns: number;
}

/** Shared by several pods (host network): names nobody. */
const shared = null;
const remembered = 8192;

export function createPlaces(): Places {
  const servers = createLruMap<string, SocketOpen>(remembered);
  const tenants = createLruMap<string, Tenant>(remembered);
  return {
    learn(socket, pod) {
      const { localAddress: address, netnsCookie: netns } = socket;
      if (socket.role === 'server') servers.set(`${scopeOf(netns, address)}${address} ${socket.localPort}`, socket);
      if (isLoopback(address)) return;
      const before = tenants.get(address);
      // The same address in another namespace is an address that was given to a new pod; in the same one, pods share it.
      const others = before !== undefined && before.netns === netns && before.pod !== pod;
      if (before && !others && before.netns === netns) return;
      tenants.set(address, { pod: others ? shared : pod, netns });
    },
    serverAt({ netnsCookie, remoteAddress, remotePort }) {
      const at = (netns: number) => servers.get(`${scopeOf(netns, remoteAddress)}${remoteAddress} ${remotePort}`);
      return at(netnsCookie) ?? at(unknownNetns);
    },
    podAt: (socket) =>
      isLoopback(socket.remoteAddress) ? undefined : (tenants.get(socket.remoteAddress)?.pod ?? undefined),
  };
}
