/** Says who the two ends of a connection are: pod, container, process, address. */
import type { Row } from '../../src/domain/column.ts';
import type { CaptureHost, CgroupNames, SocketClose, SocketOpen } from '../capture/source.ts';
import { createPlaces } from './places.ts';
import type { Owner, Processes } from './processes.ts';
import { createSockets } from './sockets.ts';
import type { WorkloadResolver } from './workload.ts';
import { createWorkloads } from './workloads.ts';

export interface AttributionOptions {
  readonly host: CaptureHost;
  readonly cgroups: CgroupNames;
  readonly processes: Processes;
  /** Asked in order. */
  readonly resolvers: readonly WorkloadResolver[];
}

/** Listens to the same sockets as stream ordering, and must hear of each before it. */
export interface Attribution {
  open(socket: SocketOpen): void;
  close(close: SocketClose): void;
  tick(time: number): void;
  /**
   * The columns of `http_events` (and of every table of exchanges) that name the ends of the socket's connection, seen
   * from the socket: `source`, `destination`, `node`, `namespace`, `pod`, `container`, `process`, `pid`, `remote_pod`,
   * `remote_process`, `local_addr`, `local_port`, `remote_addr`, `remote_port`, `conn_id`, `conn_opened`, `cgroup`.
   */
  identity(socket: SocketOpen, role: 'client' | 'server'): Row;
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
  const { host, processes } = options;
  const workloads = createWorkloads(options.cgroups, options.resolvers);
  const sockets = createSockets();
  const places = createPlaces();

  function endOf(socket: SocketOpen): End {
    const { path, workload } = workloads.of(socket.cgroupId);
    const owner: Owner | undefined = socket.comm !== '' ? socket : processes.ownerOf(socket, path);
    return {
      ...workload,
      process: owner ? processes.nameOf(owner.pid, owner.comm) || null : null,
      pid: owner?.pid || null,
      cgroup: path,
    };
  }

  function remoteOf(socket: SocketOpen, role: 'client' | 'server'): End {
    const peer = sockets.peerOf(socket) ?? (role === 'client' ? places.serverAt(socket) : undefined);
    if (peer) return endOf(peer);
    const pod = places.podAt(socket);
    return pod === undefined ? nobody : { ...nobody, pod };
  }

  return {
    open(socket) {
      sockets.open(socket);
      places.learn(socket, workloads.of(socket.cgroupId).workload.pod);
    },
    close: ({ cookie, time }) => sockets.close(cookie, time),
    tick: (time) => sockets.tick(time),
    identity(socket, role) {
      const local = endOf(socket);
      const remote = remoteOf(socket, role);
      const client = role === 'client' ? local : remote;
      const server = role === 'client' ? remote : local;
      const clientAddress = role === 'client' ? socket.localAddress : socket.remoteAddress;
      const serverAddress =
        role === 'client'
          ? endpoint(socket.remoteAddress, socket.remotePort)
          : endpoint(socket.localAddress, socket.localPort);
      return {
        source: nameOf(client) ?? clientAddress,
        destination: nameOf(server) ?? serverAddress,
        node: host.node,
        namespace: local.namespace,
        pod: local.pod,
        container: local.container,
        process: local.process,
        pid: local.pid,
        remote_pod: remote.pod,
        remote_process: remote.process,
        local_addr: socket.localAddress,
        local_port: socket.localPort,
        remote_addr: socket.remoteAddress,
        remote_port: socket.remotePort,
        conn_id: socket.cookie.toString(16),
        conn_opened: BigInt(Math.round(socket.time)) + host.clockOffset,
        cgroup: local.cgroup,
      };
    },
    get sockets() {
      return sockets.size;
    },
  };
}

const nameOf = (end: End): string | null => end.pod ?? end.process ?? end.unit;

/** "10.0.0.5:8080", "[fd00::5]:8080". */
function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
