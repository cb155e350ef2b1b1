/** What sockets taught about addresses: whose address it is, who serves at a port, who calls there. */
import type { Ends } from '../capture/ends.ts';
import { createCallers } from './callers.ts';
import { createLruMap } from './lru-map.ts';
import { isLoopback, scopeOf, transportOf, unknownNetns } from './sockets.ts';

export interface Places {
  learn(ends: Ends, pod: string | null): void;
  /** Of a sum of connections: so many more of them began. After `learn`. */
  opened(ends: Ends, connections: number): void;
  /** The last socket that served at the remote end's address and port. */
  serverAt(ends: Ends): Ends | undefined;
  /**
   * Who calls the local end of a server: from an address that several share by its port there, as the address that was called may have been another
   * (a Service's) on that side. Of a sum of connections, and over loopback, who calls it most (callers.ts).
   */
  callerOf(ends: Ends): Ends | undefined;
  /** The pod that has the remote address to itself; null where several share it, undefined where nothing is known of it. */
  podAt(ends: Ends): string | null | undefined;
}

interface Tenant {
  readonly pod: string | null;
  readonly netns: number;
}

/** Shared by several pods (host network), or several processes: names nobody. */
const shared = null;
const remembered = 8192;

export function createPlaces(): Places {
  const servers = createLruMap<string, Ends>(remembered);
  const callers = createCallers(remembered);
  const tenants = createLruMap<string, Tenant>(remembered);
  /** Clients at addresses that are nobody's alone: processes of the node, pods on its network. */
  const neighbours = createLruMap<string, Ends>(remembered);

  const isShared = (address: string, pod: string | null): boolean => {
    const before = tenants.get(address);
    return before ? before.pod === shared : pod === null;
  };

  return {
    learn(ends, pod) {
      const { localAddress: address, netnsCookie: netns } = ends;
      if (ends.role === 'server') servers.set(placeOf(ends, netns, address, ends.localPort), ends);
      if (ends.role === 'client' && isLoopback(ends.remoteAddress)) callers.learn(ends);
      if (isLoopback(address)) return;
      const before = tenants.get(address);
      if (ends.role === 'client' && isShared(address, pod)) {
        if (!isLoopback(ends.remoteAddress)) callers.learn(ends);
        if (ends.localPort > 0) neighbours.set(`${transportOf(ends)}${address} ${ends.localPort}`, ends);
      }
      // The same address in another namespace is an address that was given to a new pod; in the same one, pods share it.
      const others = before !== undefined && before.netns === netns && before.pod !== pod;
      if (before && !others && before.netns === netns) return;
      tenants.set(address, { pod: others ? shared : pod, netns });
    },
    opened: callers.opened,
    serverAt(ends) {
      const at = (netns: number) => servers.get(placeOf(ends, netns, ends.remoteAddress, ends.remotePort));
      return at(ends.netnsCookie) ?? at(unknownNetns);
    },
    callerOf(ends) {
      if (isLoopback(ends.remoteAddress) || ends.remotePort === 0) return callers.callerOf(ends);
      return neighbours.get(`${transportOf(ends)}${ends.remoteAddress} ${ends.remotePort}`);
    },
    podAt: (ends) => (isLoopback(ends.remoteAddress) ? shared : tenants.get(ends.remoteAddress)?.pod),
  };
}

const placeOf = (ends: Ends, netns: number, address: string, port: number): string =>
  `${scopeOf(netns, address)}${transportOf(ends)}${address} ${port}`;
