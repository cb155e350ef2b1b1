/**
 * Connections that a survey found and the kernel side has not told of: told as open under a number of their own, and under that number ever
 * after. When the kernel tells of one, its cookie stands for that number from then on, so that whoever reads knows one connection only.
 */
import { isLoopback } from '../attribution/sockets.ts';
import type { Ends } from '../capture/ends.ts';
import { type CaptureListener, type FlowSample, noTraffic } from '../capture/source.ts';
import type { Survey } from './surveys.ts';

export interface SilentConnectionsOptions {
  /** Those that came to an end until captured `time`. */
  readonly surveys: (time: number) => readonly Survey[];
  /** Something was heard on a connection with these ends. */
  readonly isKnown: (ends: Ends) => boolean;
  /** Connections that are open as far as is known, these included. */
  readonly open: () => readonly FlowSample[];
}

/** Cookies are small: the kernel counts from one (net/core/sock_diag.c). Exact as a double, as are all above for longer than anybody counts. */
const firstNumber = 2 ** 52;
/** Numbers given, and cookies that stand for one; the oldest are forgotten: such a connection goes on under its cookie. */
const most = 65_536;

/** Connections by their ends. */
class ByEnds<T extends Ends> {
  readonly #all = new Map<string, T[]>();
  size = 0;

  add(one: T): void {
    const name = nameOf(one);
    const there = this.#all.get(name);
    if (there) there.push(one);
    else this.#all.set(name, [one]);
    this.size += 1;
  }

  /** That of the same cgroup. A socket may be held by a process of another one; only loopback addresses are the same in many networks. */
  find(ends: Ends): T | undefined {
    const there = this.#all.get(nameOf(ends)) ?? [];
    const own = there.find(({ cgroupId }) => cgroupId === ends.cgroupId);
    return own ?? (there.length === 1 && !isLoopback(ends.localAddress) ? there[0] : undefined);
  }

  delete(one: T): void {
    const name = nameOf(one);
    const there = this.#all.get(name) ?? [];
    const left = there.filter((each) => each !== one);
    this.size -= there.length - left.length;
    if (left.length > 0) this.#all.set(name, left);
    else this.#all.delete(name);
  }
}

const nameOf = ({ localAddress, localPort, remoteAddress, remotePort }: Ends): string =>
  `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;

/** Of a survey: the kernel has told nothing of it. */
export const isSilent = ({ cookie, netnsCookie }: FlowSample): boolean => cookie >= firstNumber && netnsCookie === 0;

/** `listener`, told of silent connections too. */
export function withSilentConnections(listener: CaptureListener, options: SilentConnectionsOptions): CaptureListener {
  const silent = new ByEnds<FlowSample>();
  const numbers = new Map<number, number>();
  let next = firstNumber;

  /** What stands for the cookie; the first time it is heard of its ends tell. */
  function numberOf(cookie: number, ends: Ends, opened: number | undefined): number {
    const known = numbers.get(cookie);
    if (known !== undefined || silent.size === 0) return known ?? cookie;
    const found = silent.find(ends);
    if (found === undefined) return cookie;
    silent.delete(found);
    if (opened !== undefined && opened > found.time) {
      end(found, opened);
      return cookie;
    }
    numbers.set(cookie, found.cookie);
    if (numbers.size > most) for (const oldest of numbers.keys()) if (numbers.delete(oldest)) break;
    return found.cookie;
  }

  function end(sample: FlowSample, time: number): void {
    listener.flow?.({ ...sample, time, state: 'ended', end: 'gone' });
  }

  function hear({ time, cgroups, sockets }: Survey): void {
    /** In any cgroup: a process of another one may hold the socket. */
    const found = new Set<string>();
    for (const text of sockets) {
      const sample = sampleOf(text, next, time);
      if (sample === undefined) continue;
      found.add(nameOf(sample));
      // Of what is read already there need be no row yet.
      if (silent.find(sample) || options.isKnown(sample) || silent.size >= most) continue;
      next += 1;
      silent.add(sample);
      listener.flow?.(sample);
    }
    const surveyed = new Set(cgroups);
    // Of the end of whatever began while it ran the kernel side tells; of the others only while it looks at packets.
    for (const sample of surveyed.size === 0 ? [] : options.open()) {
      if (sample.opened !== undefined || !surveyed.has(sample.cgroupId) || found.has(nameOf(sample))) continue;
      const own = silent.find(sample);
      if (own) silent.delete(own);
      end(sample, time);
    }
  }

  return {
    open(socket) {
      const cookie = numberOf(socket.cookie, socket, undefined);
      listener.open(cookie === socket.cookie ? socket : { ...socket, cookie });
    },
    segment(segment) {
      if (numbers.size > 0) segment.cookie = numbers.get(segment.cookie) ?? segment.cookie;
      listener.segment(segment);
    },
    close(close) {
      const cookie = numbers.get(close.cookie);
      listener.close(cookie === undefined ? close : { ...close, cookie });
    },
    flow(sample) {
      const cookie = numberOf(sample.cookie, sample, sample.opened);
      listener.flow?.(cookie === sample.cookie ? sample : { ...sample, cookie });
    },
    edge: (edge) => listener.edge?.(edge),
    datagram: (datagram) => listener.datagram?.(datagram),
    tick(time) {
      for (const survey of options.surveys(time)) hear(survey);
      listener.tick(time);
    },
  };
}

/** As the kernel side would tell of a socket that it did not see begin; undefined for what is no such text. */
function sampleOf(text: string, cookie: number, time: number): FlowSample | undefined {
  const [cgroup, localAddress = '', localPort, remoteAddress = '', remotePort] = text.split(' ');
  const [cgroupId, local, remote] = [cgroup, localPort, remotePort].map(Number);
  if (!isCount(cgroupId) || !isPort(local) || !isPort(remote) || localAddress === '' || remoteAddress === '')
    return undefined;
  return {
    time,
    cookie,
    cgroupId,
    netnsCookie: 0,
    pid: 0,
    comm: '',
    role: 'unknown',
    family: localAddress.includes(':') ? 6 : 4,
    localAddress,
    remoteAddress,
    localPort: local,
    remotePort: remote,
    state: 'open',
    end: undefined,
    opened: undefined,
    ...noTraffic,
  };
}

const isCount = (value: number | undefined): value is number =>
  value !== undefined && Number.isSafeInteger(value) && value > 0;
const isPort = (value: number | undefined): value is number => isCount(value) && value < 65_536;
