/** Samples of this machine, every container once a second, spread over the second so that nothing waits for them long. */
import type { WorkloadResolver } from '../attribution/workload.ts';
import { type ContainerReader, createContainerReader, surroundings } from './container-reader.ts';
import { type Container, listContainers } from './containers.ts';
import { addressesOf, countersOf, type NetworkCounters, networkOf } from './network.ts';
import { createRestarts } from './restarts.ts';
import type { ResourceSample, ResourceSamples } from './sample.ts';

export interface LiveSamplesOptions {
  /** Where cgroup v2 is mounted, and the cgroup that is watched. */
  readonly mount: string;
  readonly top: string;
  readonly resolvers: readonly WorkloadResolver[];
  /** CLOCK_MONOTONIC ns. */
  readonly now: () => number;
}

/** Containers known at once, and read in one turn: of more than ten turns hold, each is read less often than every second. */
const maxContainers = 2000;
const perTurn = 25;
const turnMs = 100;
/** Each is due this long after its last reading, ns. */
const everyNanos = 1e9;
/** Between two looks for containers, ns. */
const lookNanos = 1e9;
const addressNanos = 30e9;

interface Watched {
  container: Container;
  readonly reader: ContainerReader;
  due: number;
}

interface Network {
  /** The container that stands for it. */
  readonly cgroup: string;
  time: number;
  counters: NetworkCounters | undefined;
  addresses: string;
  addressesTime: number;
}

export function createLiveSamples(options: LiveSamplesOptions): ResourceSamples {
  const { now } = options;
  const around = surroundings(options.mount);
  const hostNetwork = networkOf(1);
  const restartsOf = createRestarts();
  const watched = new Map<number, Watched>();
  const networks = new Map<string, Network>();
  let looked = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let tell: (sample: ResourceSample) => void = () => {};
  let isWanted = (): boolean => false;

  function look(time: number): void {
    looked = time;
    const containers = listContainers(options.mount, options.top, options.resolvers, maxContainers);
    const present = new Set(containers.map(({ id }) => id));
    for (const id of watched.keys()) if (!present.has(id)) watched.delete(id);
    for (const container of containers) {
      const known = watched.get(container.id);
      if (known?.container.path === container.path) continue;
      watched.set(container.id, { container, reader: createContainerReader(container.path, around), due: time });
    }
    for (const [id, network] of networks) if (time - network.time > 10 * everyNanos) networks.delete(id);
  }

  function turn(): void {
    if (!isWanted()) return;
    const time = now();
    if (time - looked > lookNanos) look(time);
    let left = perTurn;
    for (const one of watched.values()) {
      if (one.due > time) continue;
      if (left-- === 0) break;
      // Last in the queue from now on.
      watched.delete(one.container.id);
      watched.set(one.container.id, one);
      read(one);
    }
  }

  function read(one: Watched): void {
    const time = now();
    one.due = Math.max(one.due + everyNanos, time);
    const { path } = one.container;
    const values = one.reader.read(time);
    if (values) {
      tell({ time, table: 'process_stats', cgroup: path, values: { ...values, restarts: restartsOf(one.container) } });
    }
    if (one.reader.process !== undefined) readNetwork(one.reader.process, path);
  }

  function readNetwork(pid: number, cgroup: string): void {
    const id = networkOf(pid);
    if (id === undefined || id === hostNetwork) return;
    const time = now();
    const known = networks.get(id);
    // Containers of a pod share one: the first that was seen tells of it.
    if (known !== undefined && known.cgroup !== cgroup && time - known.time < 3 * everyNanos) return;
    const counters = countersOf(pid);
    const before = known?.cgroup === cgroup ? known : undefined;
    const isFresh = before !== undefined && time - before.addressesTime < addressNanos;
    const network: Network = {
      cgroup,
      time,
      counters,
      addresses: isFresh ? before.addresses : addressesOf(pid),
      addressesTime: isFresh ? before.addressesTime : time,
    };
    networks.set(id, network);
    if (counters === undefined || before?.counters === undefined) return;
    const seconds = (time - before.time) / 1e9;
    const rate = (name: 'rx_bytes' | 'tx_bytes') =>
      Math.max(0, counters[name] - (before.counters?.[name] ?? 0)) / seconds;
    tell({
      time,
      table: 'network_stats',
      cgroup,
      values: {
        id,
        address: network.addresses || null,
        rx_rate: rate('rx_bytes'),
        tx_rate: rate('tx_bytes'),
        ...counters,
      },
    });
  }

  return {
    start(onSample, wanted) {
      tell = onSample;
      isWanted = wanted;
      timer = setInterval(turn, turnMs);
      timer.unref();
    },
    tick() {},
    stop() {
      clearInterval(timer);
    },
  };
}
