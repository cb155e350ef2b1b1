/**
 * Captured against sent, by sequence id.
 *
 * Every connection of the load generator asks for /item/0000000, /item/0000001, … in order, so the pair
 * (client port, number) is sent exactly once. A capture is complete when it holds every pair, with its answer.
 */

/** What the load generator sent: `connections` times the numbers 0 … perConnection-1. */
export interface Sent {
  readonly connections: number;
  readonly perConnection: number;
  /** Connections come and go, so ports come again: how many there were is compared, not which. */
  readonly portsRepeat?: boolean;
}

export interface Completeness {
  readonly sent: number;
  /** Requests seen with their answer, each (port, number) counted once. */
  readonly captured: number;
  /** Requests that were seen more than once. */
  readonly duplicates: number;
  /** Rows that match nothing that was sent. */
  readonly foreign: number;
  /** captured / sent. */
  readonly share: number;
}

export interface Sightings {
  /** A request as the tool saw it: client port and target. */
  request(port: number, target: string): void;
  /** An answer to the request that the client at `port` sent. */
  response(port: number): void;
  /** Requests seen so far. */
  readonly requests: number;
  compare(sent: Sent): Completeness;
}

/** What the warm-up asks for; seeing it or not means nothing. */
export const warmUpPrefix = '/warm-up';
const target = /^\/item\/(\d{7})$/;

export const targetOf = (number: number) => `/item/${String(number).padStart(7, '0')}`;

export function createSightings(): Sightings {
  const connections = new Map<number, { numbers: Set<number>; responses: number; duplicates: number }>();
  let foreign = 0;
  let requests = 0;
  const connection = (port: number) => {
    let found = connections.get(port);
    if (!found) {
      found = { numbers: new Set(), responses: 0, duplicates: 0 };
      connections.set(port, found);
    }
    return found;
  };
  return {
    request: (port, path) => {
      if (path.startsWith(warmUpPrefix)) return;
      requests += 1;
      const number = target.exec(path)?.[1];
      if (number === undefined) {
        foreign += 1;
        return;
      }
      const { numbers } = connection(port);
      if (numbers.has(Number(number))) connection(port).duplicates += 1;
      numbers.add(Number(number));
    },
    response: (port) => {
      connection(port).responses += 1;
    },
    get requests() {
      return requests;
    },
    compare: ({ connections: clients, perConnection, portsRepeat = false }) => {
      const sent = clients * perConnection;
      let captured = 0;
      let duplicates = 0;
      let strangers = foreign;
      for (const seen of connections.values()) {
        if (portsRepeat) {
          captured += Math.min(seen.numbers.size + seen.duplicates, seen.responses);
          continue;
        }
        const known = [...seen.numbers].filter((number) => number < perConnection).length;
        strangers += seen.numbers.size - known;
        duplicates += seen.duplicates;
        captured += Math.min(known, seen.responses);
      }
      if (portsRepeat) return { ...compareCounts({ connections: clients, perConnection }, captured), foreign };
      return { sent, captured, duplicates, foreign: strangers, share: sent === 0 ? 0 : captured / sent };
    },
  };
}

/** Where only a number is known: what is too many, was seen twice. */
export function compareCounts({ connections, perConnection }: Sent, count: number): Completeness {
  const sent = connections * perConnection;
  const captured = Math.min(sent, count);
  return { sent, captured, duplicates: count - captured, foreign: 0, share: sent === 0 ? 0 : captured / sent };
}
