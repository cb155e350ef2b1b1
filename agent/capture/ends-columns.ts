/** The ends of many connections, of which those of one service share most: the rest of each takes some 20 bytes. */
import { isServerEnd } from '../../src/domain/server-port.ts';
import type { Slots } from '../../src/domain/slots.ts';
import type { Ends } from './ends.ts';

export interface EndsColumns {
  put(slot: number, ends: KeptEnds): void;
  /** A new object. */
  get(slot: number): KeptEnds;
}

/** Ends with what a socket or a flow says besides. */
export type KeptEnds = Ends & { readonly family?: 4 | 6 };

/** What connections of one program with one service have in common. */
interface CommonEnds extends Omit<KeptEnds, 'cookie'> {
  /** The remote end is what differs, else the local port only. */
  readonly isServer: boolean;
}

/** So many are looked for before others are begun; those in use stay. Most connections are of few services and from few addresses. */
const remembered = 1024;

/** Columns of a table whose keys are cookies. */
export function createEndsColumns(slots: Slots): EndsColumns {
  const commons = slots.objects<CommonEnds>();
  const addresses = slots.objects<string>();
  const ports = slots.numbers(Uint16Array);
  const knownCommons = new Map<string, CommonEnds>();
  const knownAddresses = new Map<string, string>();

  return {
    put(slot, ends) {
      const common = commonOf(ends, knownCommons);
      commons.at[slot] = common;
      addresses.at[slot] = common.isServer ? same(ends.remoteAddress, knownAddresses) : undefined;
      ports.at[slot] = common.isServer ? ends.remotePort : ends.localPort;
    },
    get(slot) {
      const { isServer, ...common } = commons.at[slot] as CommonEnds;
      const cookie = slots.keyOf(slot);
      const port = ports.at[slot] as number;
      return isServer
        ? { ...common, cookie, remoteAddress: addresses.at[slot] as string, remotePort: port }
        : { ...common, cookie, localPort: port };
    },
  };
}

function commonOf(ends: KeptEnds, known: Map<string, CommonEnds>): CommonEnds {
  const {
    cgroupId,
    netnsCookie,
    comm,
    pid,
    role,
    transport,
    localAddress,
    localPort,
    remoteAddress,
    remotePort,
    family,
  } = ends;
  const isServer = isServerEnd(role, localPort, remotePort);
  const service = isServer ? localPort : `${remoteAddress} ${remotePort}`;
  const key = `${cgroupId} ${netnsCookie} ${pid} ${role} ${transport} ${family} ${localAddress} ${service} ${comm}`;
  let common = known.get(key);
  if (common !== undefined) return common;
  common = {
    cgroupId,
    netnsCookie,
    comm,
    pid,
    role,
    ...(transport !== undefined && { transport }),
    ...(family !== undefined && { family }),
    localAddress,
    localPort: isServer ? localPort : 0,
    remoteAddress: isServer ? '' : remoteAddress,
    remotePort: isServer ? 0 : remotePort,
    isServer,
  };
  if (known.size >= remembered) known.clear();
  known.set(key, common);
  return common;
}

/** The string from before that says the same. */
function same(text: string, known: Map<string, string>): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= remembered) known.clear();
  known.set(text, text);
  return text;
}
