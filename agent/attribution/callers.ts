/**
 * Who calls a server from an address that several share: over loopback, from the machine's own network. Of single connections the ports tell it;
 * of many summed up it is told by how many each program began and how many arrived.
 */
import type { Ends } from '../capture/ends.ts';
import { createLruMap } from './lru-map.ts';
import { isLoopback, scopeOf, transportOf } from './sockets.ts';

export interface Callers {
  /** A client's end. */
  learn(ends: Ends): void;
  /** Of a sum of connections, of a client or a server: so many more of them began. */
  opened(ends: Ends, connections: number): void;
  /**
   * Who calls the local end of a server. A single connection is of the only program that calls there; a sum is told as of the one that calls most: the
   * others are seen where they call. Undefined where more arrive than are seen leaving, as others come by way of this machine's address (a node port).
   */
  callerOf(ends: Ends): Ends | undefined;
}

interface Program {
  ends: Ends;
  began: number;
}

interface Place {
  readonly programs: Program[];
  /** Calls there of programs that there was no room for. */
  hasOthers: boolean;
  arrived: number;
}

/** Programs that call one place from one address. */
const mostPrograms = 16;
/** The two sides of a call are told of a moment apart: so many, and this share of all, may not be known of yet. */
const slack = { calls: 3, share: 0.1 };

/** @param remembered places that are called */
export function createCallers(remembered: number): Callers {
  const places = createLruMap<string, Place>(remembered);

  return {
    learn(ends) {
      const key = placeOf(ends);
      const place = places.get(key) ?? { programs: [], hasOthers: false, arrived: 0 };
      places.set(key, place);
      const known = place.programs.find((program) => isSameProgram(program.ends, ends));
      if (known) known.ends = ends;
      else if (place.programs.length < mostPrograms) place.programs.push({ ends, began: 0 });
      else place.hasOthers = true;
    },
    opened(ends, connections) {
      const place = places.get(placeOf(ends));
      if (!place) return;
      if (ends.role === 'server') place.arrived += connections;
      const program = place.programs.find((each) => isSameProgram(each.ends, ends));
      if (ends.role === 'client' && program) program.began += connections;
    },
    callerOf(ends) {
      const place = places.get(placeOf(ends));
      const [first, ...others] = place?.programs ?? [];
      if (!place || !first || place.hasOthers || (ends.remotePort > 0 && others.length > 0)) return undefined;
      let [most, began] = [first, first.began];
      for (const program of others) {
        began += program.began;
        if (program.began > most.began) most = program;
      }
      const isExplained = place.arrived * (1 - slack.share) <= began + slack.calls;
      return ends.remotePort > 0 || isExplained ? most.ends : undefined;
    },
  };
}

/** The same for both ends of a call: who is called, and from which address. */
function placeOf(ends: Ends): string {
  const isServer = ends.role === 'server';
  const [called, port] = isServer ? [ends.localAddress, ends.localPort] : [ends.remoteAddress, ends.remotePort];
  const from = isServer ? ends.remoteAddress : ends.localAddress;
  return `${scopeOf(ends.netnsCookie, called)}${transportOf(ends)}${called} ${port}${isLoopback(called) ? '' : ` ${from}`}`;
}

/** Programs that are started for each call are the same program. */
const isSameProgram = (a: Ends, b: Ends): boolean => a.cgroupId === b.cgroupId && a.comm === b.comm;
