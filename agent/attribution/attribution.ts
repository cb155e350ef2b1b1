/** Says who the two ends of a connection are: pod, container, process, name, address. */
import type { Row } from '../../src/domain/column.ts';
import { type Ends, endsOf, endsOfEdge, type ResolvedName } from '../capture/ends.ts';
import type { CaptureHost, CgroupNames, EdgeSample, FlowSample, SocketClose, SocketOpen } from '../capture/source.ts';
import { type AddressBook, emptyAddressBook } from './address-book.ts';
import { createPlaces } from './places.ts';
import type { Owner, Processes } from './processes.ts';
import { createResolvedNames } from './resolved-names.ts';
import { createSockets } from './sockets.ts';
import { isUntoldPod, type WorkloadResolver } from './workload.ts';
import { createWorkloads } from './workloads.ts';

export interface AttributionOptions {
  readonly host: CaptureHost;
  readonly cgroups: CgroupNames;
  readonly processes: Processes;
  /** Asked in order. */
  readonly resolvers: readonly WorkloadResolver[];
  /** Whose addresses are whose before any socket tells; by default nobody knows. */
  readonly addresses?: AddressBook | undefined;
}

/** Listens to the same records as stream ordering and flows, and must hear of each before them. */
export interface Attribution {
  open(socket: SocketOpen): void;
  close(close: SocketClose): void;
  flow(flow: FlowSample): void;
  edge(edge: EdgeSample): void;
  /** Ends of a datagram; the object may be reused. */
  datagram(ends: Ends): void;
  /** DNS told the socket's process which addresses a name has; the object may be reused. Times in captured ns. */
  resolved(answer: ResolvedName): void;
  tick(time: number): void;
  /**
   * The columns that every table of connections has (src/domain/tables/shared/identity.ts, without `trace_role`), seen from
   * the local end. Of a single socket or of many summed up; nothing of it is kept.
   */
  names(ends: Ends, role: 'client' | 'server'): Row;
  /** The columns of `names` with those that tables of exchanges have besides: `conn_id`, `conn_opened`. */
  identity(socket: SocketOpen, role: 'client' | 'server'): Row;
  /** A socket with these ends is known at the moment. */
  knows(ends: Ends): boolean;
  /** A socket that is known at the moment. */
  socketOf(cookie: number): Ends | undefined;
  /** Sockets known at the moment. */
  readonly sockets: number;
}

/** One end of a connection as far as it is known. */
interface End {
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly container: string | null;
  readonly unit: string | null;
  readonly process: string | null;
  readonly pid: number | null;
  readonly cgroup: string | null;
}

const nobody: End = { namespace: null, pod: null, container: null, unit: null, process: null, pid: null, cgroup: null };

export function createAttribution(options: AttributionOptions): Attribution {
  const { host, processes, addresses = emptyAddressBook } = options;
  const workloads = createWorkloads(options.cgroups, options.resolvers);
  const sockets = createSockets();
  const places = createPlaces();
  const resolvedNames = createResolvedNames();
  let now = 0;

  function endOf(ends: Ends): End {
    const { path, workload } = workloads.of(ends.cgroupId);
    const owner: Owner | undefined = ends.comm !== '' ? ends : processes.ownerOf(withCookie(ends), path);
    return {
      ...workload,
      container: workload.container ?? workload.supposed ?? null,
      process: owner ? processes.nameOf(owner.pid, owner.comm) || null : null,
      pid: owner?.pid || null,
      cgroup: path,
    };
  }

  function remoteOf(ends: Ends, role: 'client' | 'server'): End {
    const peer = sockets.peerOf(ends) ?? (role === 'client' ? places.serverAt(ends) : places.callerOf(ends));
    if (peer) return endOf(peer);
    const pod = podAt(ends);
    return pod ? { ...nobody, pod } : nobody;
  }

  /** What sockets taught goes first: it is newer than any look at the machine. */
  function podAt(ends: Ends): string | null {
    const taught = places.podAt(ends);
    if (taught !== undefined) return taught;
    const cgroupId = addresses.cgroupAt(ends.remoteAddress);
    return cgroupId === undefined ? null : workloads.of(cgroupId).workload.pod;
  }

  /** Who calls from an address of this machine's own, where the process cannot be told. */
  const neighbourAt = (address: string): string | null => (addresses.isOwn(address) ? host.node : null);

  /** Who asks DNS: a pod, since its containers share an address, or a cgroup. */
  function askerOf(cgroupId: number): string {
    const { path, workload } = workloads.of(cgroupId);
    return workload.pod ?? path ?? String(cgroupId);
  }

  function learn(ends: Ends): void {
    // Before the process is gone: many live no longer than their connection.
    if (ends.comm !== '') processes.nameOf(ends.pid, ends.comm);
    places.learn(ends, workloads.of(ends.cgroupId).workload.pod);
  }

  function names(ends: Ends, role: 'client' | 'server'): Record<string, Row[string]> {
    const local = endOf(ends);
    const remote = remoteOf(ends, role);
    const remoteName = resolvedNames.nameOf(askerOf(ends.cgroupId), ends.remoteAddress, now) ?? null;
    const localName = nameOf(local);
    const otherName = nameOf(remote) ?? remoteName ?? (role === 'server' ? neighbourAt(ends.remoteAddress) : null);
    return {
      source: role === 'client' ? (localName ?? ends.localAddress) : (otherName ?? ends.remoteAddress),
      destination:
        role === 'client'
          ? (otherName ?? endpoint(ends.remoteAddress, ends.remotePort))
          : (localName ?? endpoint(ends.localAddress, ends.localPort)),
      node: host.node,
      namespace: local.namespace,
      pod: local.pod,
      container: local.container,
      process: local.process,
      pid: local.pid,
      remote_pod: remote.pod,
      remote_process: remote.process,
      remote_name: remoteName,
      local_addr: ends.localAddress,
      local_port: ends.localPort,
      remote_addr: ends.remoteAddress,
      remote_port: ends.remotePort,
      cgroup: local.cgroup,
    };
  }

  return {
    open(socket) {
      sockets.open(socket);
      learn(socket);
    },
    close: ({ cookie, time }) => sockets.close(cookie, time),
    flow(flow) {
      if (!sockets.has(flow.cookie)) {
        const ends = endsOf(flow);
        sockets.open(ends);
        learn(ends);
      }
      if (flow.state === 'ended') sockets.close(flow.cookie, flow.time);
    },
    edge(edge) {
      const ends = endsOfEdge(edge);
      learn(ends);
      places.opened(ends, edge.opened);
    },
    datagram: (ends) => learn(endsOf(ends, 'udp')),
    resolved({ socket, role, name, addresses: found, ttl, time }) {
      const asker = role === 'client' ? askerOf(socket.cgroupId) : remoteOf(socket, role).pod;
      resolvedNames.learn(asker, name, found, ttl, time);
    },
    tick(time) {
      now = time;
      sockets.tick(time);
    },
    names,
    identity(socket, role) {
      const row = names(socket, role);
      row.conn_id = socket.cookie.toString(16);
      row.conn_opened = BigInt(Math.round(socket.time)) + host.clockOffset;
      return row;
    },
    knows: (ends) => sockets.alike(ends) !== undefined,
    socketOf: (cookie) => sockets.get(cookie),
    get sockets() {
      return sockets.size;
    },
  };
}

/** Of a pod that nobody told of, that it is one: whether it may be looked into is not known yet. */
const nameOf = ({ pod, process, unit }: End): string | null => pod ?? (isUntoldPod(unit) ? unit : (process ?? unit));

/**
 * Sockets summed up have no cookie, but whoever looks owners up remembers them by it: a negative number, which no socket has,
 * that stands for the cgroup and the port (inode numbers of cgroups are below 2^32).
 */
function withCookie(ends: Ends): Ends {
  if (ends.cookie !== 0) return ends;
  const side = ends.role === 'server' ? ends.localPort : 65_536 + ends.remotePort;
  const cookie = -((ends.cgroupId % 2 ** 32) * 2 ** 18 + (ends.transport === 'udp' ? 2 ** 17 : 0) + side);
  return { ...ends, cookie };
}

/** "10.0.0.5:8080", "[fd00::5]:8080". */
function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
