/**
 * What the agent holds after hours of connections that come and go: its parts up to the ring, fed with what a shop of six pods does,
 * every request and every name on a socket of its own. Captured time runs as fast as it can.
 * Run: node --expose-gc --import tsx agent/memory.bench.ts [captured minutes] [exchanges a second]
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createAttribution } from './attribution/attribution.ts';
import { kernelProcesses } from './attribution/processes.ts';
import { createPodsBelow } from './attribution/resolvers/pods-below.ts';
import type { EdgeSample, FlowSample, SocketOpen } from './capture/source.ts';
import { createFlowTables } from './flows/flow-tables.ts';
import { createDnsDatagrams, createProtocols, payloadBytesOf, placeOf } from './protocols/index.ts';
import { shareOf } from './ring-shares.ts';
import { createRows, type Rows } from './rows/rows.ts';
import { createConnections } from './stream/connections.ts';
import { createSummaries } from './summaries/summaries.ts';

const host = { node: 'node-1', kernel: '6.1', cpus: 2, clockOffset: 1_800_000_000_000_000_000n };
const pods = ['frontend', 'api', 'cart', 'catalog', 'payments', 'generator'];
const encoder = new TextEncoder();

export interface Churn {
  readonly rows: Rows;
  /** Goes on for so many captured seconds. */
  run(seconds: number): void;
}

export function createChurn({ perSecond = 40, ringBytes = 4 << 20 } = {}): Churn {
  const wallTime = (time: number): bigint => BigInt(Math.round(time)) + host.clockOffset;
  const rows = createRows({ ringBytes, whenSlow: 'drop', placeOf, payloadBytes: payloadBytesOf, shareOf });
  const attribution = createAttribution({
    host,
    cgroups: { pathOf: (id) => `/pods/shop/${pods[id % pods.length]}/app` },
    processes: kernelProcesses,
    resolvers: [createPodsBelow('/pods')],
  });
  const lost = (): void => {};
  const flows = createFlowTables({ names: attribution.names, wallTime, row: rows.put, lost });
  const summaries = createSummaries({
    node: host.node,
    clockOffset: host.clockOffset,
    put: (table, row) => rows.put(table, row, true),
  });
  const output = { row: rows.put, exchange: summaries.exchange, resolved: attribution.resolved, lost };
  const connections = createConnections({
    protocols: createProtocols(),
    identity: attribution.identity,
    wallTime,
    output: { ...output, recognised: (cookie, protocol) => recognise(cookie, protocol) },
  });
  const dns = createDnsDatagrams({
    identity: attribution.names,
    wallTime,
    output,
    recognised: (ends) => flows.recognised(ends, 'dns'),
  });
  let time = 1e12;
  let count = 0;

  function recognise(cookie: number, protocol: string): void {
    const socket = attribution.socketOf(cookie);
    if (socket) flows.recognised(socket, protocol);
  }

  function openSocket(): SocketOpen {
    const from = count % pods.length;
    const to = (count * 7 + 1) % pods.length;
    return {
      time,
      cookie: 1e6 + count,
      cgroupId: from,
      netnsCookie: 10 + from,
      role: 'client',
      family: 4,
      localAddress: `10.0.0.${from}`,
      remoteAddress: `10.0.1.${to}`,
      localPort: 32_768 + (count % 28_232),
      remotePort: 8080,
      comm: 'node',
      pid: 100 + from,
      firstSeq: [1, 1],
    };
  }

  function exchange(): void {
    const socket = openSocket();
    const { cookie } = socket;
    attribution.open(socket);
    connections.open(socket);
    const texts = [
      `HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n${'x'.repeat(200)}`,
      `GET /products/p-${count % 5000}?page=${count} HTTP/1.1\r\nhost: api\r\n\r\n`,
    ] as const;
    const bytes: [number, number] = [0, 0];
    for (const direction of [1, 0] as const) {
      const payload = encoder.encode(texts[direction]);
      time += 2e6;
      connections.segment({
        time,
        cookie,
        direction,
        seq: 1,
        len: payload.length,
        bytes: payload,
        at: 0,
        captured: payload.length,
        otherEndSeq: direction === 0 ? bytes[1] + 1 : 0,
        otherLastTime: direction === 0 ? time - 2e6 : 0,
        lost: 0,
        fin: false,
        rst: false,
        messageStart: true,
        sampled: false,
        orphan: undefined,
      });
      bytes[direction] = payload.length;
    }
    const close = { time, cookie, lastTime: [time, time], bytes, endSeq: [bytes[0] + 1, bytes[1] + 1] } as const;
    connections.close({ ...close, srttUs: 50, retransmits: 0, lost: 0 });
    attribution.close({ ...close, srttUs: 50, retransmits: 0, lost: 0 });
    const totals = { bytes, packets: [4, 4], retransmits: 0, turns: 1, turnNs: 2e6, turnMaxNs: 2e6 } as const;
    if (count % 4 === 0) {
      const end = { state: 'ended', end: 'fin', opened: socket.time, srttUs: 50, handshakeUs: 90 } as const;
      const flow: FlowSample = { ...socket, ...totals, ...end, time };
      attribution.flow(flow);
      flows.flow(flow);
    } else {
      const none = { refused: 0, timedOut: 0, unreachable: 0, aborted: 0, resets: 0 };
      const times = { handshakes: 1, handshakeUs: 90, rtts: 1, rttUs: 50 };
      const both = { transport: 'tcp', port: 8080, opened: 1, closed: 1 } as const;
      const edge: EdgeSample = { ...socket, ...totals, ...none, ...times, ...both, time };
      attribution.edge(edge);
      flows.edge(edge);
    }
  }

  function lookUp(): void {
    const socket = { ...openSocket(), remoteAddress: '10.0.2.53', remotePort: 53, transport: 'udp' } as const;
    for (const isAnswer of [false, true]) {
      time += 1e5;
      const payload = dnsMessage(count % 65_536, pods[count % pods.length] ?? '', isAnswer);
      const datagram = { ...socket, time, direction: isAnswer ? 0 : 1, payload, len: payload.length } as const;
      attribution.datagram(datagram);
      dns.datagram(datagram);
    }
  }

  function tick(): void {
    attribution.tick(time);
    connections.tick(time);
    dns.tick(time);
    flows.tick(time);
    summaries.tick(time);
  }

  return {
    rows,
    run(seconds) {
      for (const end = time + seconds * 1e9; time < end; ) {
        const next = time + 1e9 / perSecond;
        exchange();
        count++;
        lookUp();
        count++;
        time = next;
        tick();
      }
    },
  };
}

/** A question for a name of the cluster, or an answer with an address (RFC 1035 §4). */
function dnsMessage(id: number, pod: string, isAnswer: boolean): Uint8Array {
  const labels = [pod, 'shop', 'svc', 'cluster', 'local'].flatMap((label) => [label.length, ...encoder.encode(label)]);
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 10, 0, 1, pods.indexOf(pod)];
  const flags = isAnswer ? [0x81, 0x80, 0, 1, 0, 1] : [1, 0, 0, 1, 0, 0];
  const head = [id >> 8, id & 255, ...flags, 0, 0, 0, 0];
  return Uint8Array.from([...head, ...labels, 0, 0, 1, 0, 1, ...(isAnswer ? record : [])]);
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Collections after which what is held must stand still, and the bytes that count as that. */
const mostCollections = 20;
const standingBytes = 64 << 10;

/**
 * Bytes held after collections: objects, and memory outside the JavaScript heap. What is reached weakly, or was on the stack, goes only in a
 * later turn.
 */
export async function heldBytes(): Promise<number> {
  let held = Number.POSITIVE_INFINITY;
  for (let collection = 0; collection < mostCollections; collection += 1) {
    const before = held;
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    held = heapUsed + arrayBuffers;
    if (collection > 1 && before - held < standingBytes) break;
  }
  return held;
}

if (import.meta.main) {
  const minutes = Number(process.argv[2] ?? 180);
  const churn = createChurn({ perSecond: Number(process.argv[3] ?? 40), ringBytes: 32 << 20 });
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1).padStart(6);
  console.log('captured min    held MiB  of it ring    rows');
  for (let minute = 0; minute <= minutes; minute += minutes / 12) {
    const { bytes, rows } = churn.rows.ring;
    console.log(
      `${minute.toFixed(0).padStart(12)}      ${mebibytes(await heldBytes())}      ${mebibytes(bytes)}  ${rows}`,
    );
    churn.run((minutes / 12) * 60);
  }
}
