/**
 * What the agent's whole way costs, from drained batches to encoded messages: microseconds of CPU per exchange, stage by stage.
 * The batches are made here, in the framing of agent/capture/decode.ts: 64 kept-alive connections, one request and one response each.
 * Run: node --import tsx agent/agent.bench.ts [seconds per stage] [number of the only stage, from 0]
 */
import { parseFilter } from '../src/domain/filter/parse.ts';
import { sharedOf } from '../src/domain/shared-row.ts';
import { httpEvents } from '../src/domain/tables/http-events.ts';
import { createAttribution } from './attribution/attribution.ts';
import { kernelProcesses } from './attribution/processes.ts';
import { createPodsBelow } from './attribution/resolvers/pods-below.ts';
import { createDecoder, framedBytes } from './capture/decode.ts';
import { openFlag, openRecord, recordType, segmentFlag, segmentRecord, socketRole } from './capture/layout.gen.ts';
import type { CaptureListener } from './capture/source.ts';
import { copyBytes } from './protocols/bytes.ts';
import { createProtocols, placeOf } from './protocols/index.ts';
import { createRows, type Rows } from './rows/rows.ts';
import { encodeRows } from './server/rows-to-wire.ts';
import { createConnections } from './stream/connections.ts';
import { createSummaries } from './summaries/summaries.ts';

const seconds = Number(process.argv[2] ?? 2);
const lanes = 64;
/** Rounds of the lanes between two drains: 20 ms at 32,000 exchanges a second. */
const roundsPerDrain = 10;

const request = Buffer.from(
  'GET /item/1000000 HTTP/1.1\r\nHost: 192.0.2.1:8080\r\nuser-agent: h2load nghttp2/1.52.0\r\naccept: */*\r\n\r\n',
);
const response = Buffer.from(
  'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sat, 01 Jan 2028 00:00:00 GMT\r\nContent-Type: application/json\r\n' +
    'Content-Length: 1024\r\nLast-Modified: Sat, 01 Jan 2028 00:00:00 GMT\r\nConnection: keep-alive\r\n' +
    `ETag: "65a1b2c3-400"\r\nAccept-Ranges: bytes\r\n\r\n${'x'.repeat(1024)}`,
);

interface Traffic {
  /** The records that open the lanes. */
  readonly opening: Uint8Array;
  /** The next batch; the same buffer every time. */
  next(): Uint8Array;
  readonly exchangesPerBatch: number;
  readonly time: number;
}

function createTraffic(): Traffic {
  const bases = [1000, 5000] as const;
  const openSize = framedBytes(openRecord.size);
  const opening = Buffer.alloc(openSize * lanes);
  for (let lane = 0; lane < lanes; lane++) {
    const at = lane * openSize + 8;
    opening.writeUInt32LE(openRecord.size, at - 8);
    opening.writeDoubleLE(0, at + openRecord.tsNs);
    opening.writeUInt32LE(lane + 1, at + openRecord.cookie);
    opening[at + openRecord.type] = recordType.RECORD_OPEN;
    opening[at + openRecord.family] = 4;
    opening[at + openRecord.role] = socketRole.ROLE_SERVER;
    opening[at + openRecord.flags] = openFlag.OPEN_HAS_ISN;
    opening.writeUInt32LE(1, at + openRecord.cgroupId);
    opening.set([192, 0, 2, 1], at + openRecord.localAddr);
    opening.set([192, 0, 2, 2], at + openRecord.remoteAddr);
    opening.write('nginx', at + openRecord.comm);
    opening.writeUInt16LE(8080, at + openRecord.localPort);
    opening.writeUInt16LE(40_000 + lane, at + openRecord.remotePort);
    opening.writeUInt32LE(bases[0], at + openRecord.seqIn);
    opening.writeUInt32LE(bases[1], at + openRecord.seqOut);
  }
  const payloads = [request, response] as const;
  const sizes = payloads.map((payload) => framedBytes(segmentRecord.size + payload.length)) as [number, number];
  const batch = Buffer.alloc((sizes[0] + sizes[1]) * lanes * roundsPerDrain);
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  for (let at = 0, n = 0; n < 2 * lanes * roundsPerDrain; at += sizes[n % 2] ?? 0, n++) {
    const direction = n % 2;
    const payload = payloads[direction] ?? request;
    batch.writeUInt32LE(segmentRecord.size + payload.length, at);
    batch.writeUInt32LE(((n >> 1) % lanes) + 1, at + 8 + segmentRecord.cookie);
    batch[at + 8 + segmentRecord.type] = recordType.RECORD_SEGMENT;
    batch[at + 8 + segmentRecord.direction] = direction;
    batch[at + 8 + segmentRecord.flags] = segmentFlag.SEGMENT_MESSAGE_START | segmentFlag.SEGMENT_PSH;
    batch.writeUInt32LE(payload.length, at + 8 + segmentRecord.len);
    batch.writeUInt32LE(payload.length, at + 8 + segmentRecord.captured);
    payload.copy(batch, at + 8 + segmentRecord.size);
  }
  let rounds = 0;
  let time = 1e9;
  /** Each path is asked for by every lane once. */
  const number = segmentRecord.size + request.indexOf('1000000') + 1;
  const stamp = (at: number, direction: number, round: number): void => {
    if (direction === 0) {
      for (let i = 5, left = round; i >= 0; i--, left = Math.trunc(left / 10))
        batch[at + number + i] = 48 + (left % 10);
    }
    const other = 1 - direction;
    const done = direction === 1 ? round + 1 : round;
    time += 12_500;
    view.setUint32(at + segmentRecord.tsNs, time % 2 ** 32, true);
    view.setUint32(at + segmentRecord.tsNs + 4, time / 2 ** 32, true);
    view.setUint32(at + segmentRecord.seq, (bases[direction] ?? 0) + round * (payloads[direction]?.length ?? 0), true);
    view.setUint32(at + segmentRecord.otherEndSeq, (bases[other] ?? 0) + done * (payloads[other]?.length ?? 0), true);
    view.setUint32(at + segmentRecord.otherLastNs, done === 0 ? 0 : 1, true);
  };
  return {
    opening,
    exchangesPerBatch: lanes * roundsPerDrain,
    next() {
      let at = 8;
      for (let i = 0; i < roundsPerDrain; i++, rounds++) {
        for (let lane = 0; lane < lanes; lane++) {
          stamp(at, 0, rounds);
          stamp(at + sizes[0], 1, rounds);
          at += sizes[0] + sizes[1];
        }
      }
      return batch;
    },
    get time() {
      return time;
    },
  };
}

const host = { node: 'node-1', kernel: '6.1', cpus: 2, clockOffset: 1_800_000_000_000_000_000n };
const nothing: CaptureListener = { open() {}, segment() {}, close() {}, tick() {} };

/** The least that anybody does who keeps both messages: looks once at each byte of a head, and copies what is to be kept. */
function barePass(): CaptureListener {
  const kept = Buffer.allocUnsafe(1 << 20);
  let at = 0;
  return {
    ...nothing,
    segment(segment) {
      const { bytes, captured } = segment;
      const to = segment.at + captured;
      let lineAt = segment.at;
      for (let i = lineAt; i < to; i++) {
        if (bytes[i] !== 10) continue;
        if (i - lineAt < 2) break;
        lineAt = i + 1;
      }
      if (at + captured > kept.length) at = 0;
      copyBytes(bytes, segment.at, to, kept, at);
      at += captured;
    },
  };
}

/** The agent's parts up to `rows`, as agent.ts puts them together. */
function pipeline(put: Rows['put'] | undefined, summed?: Rows['put']): CaptureListener {
  const summaries = summed && createSummaries({ node: host.node, clockOffset: host.clockOffset, put: summed });
  const attribution = createAttribution({
    host,
    cgroups: { pathOf: () => '/demo/shop/api/app' },
    processes: kernelProcesses,
    resolvers: [createPodsBelow('/demo')],
  });
  const connections = createConnections({
    protocols: createProtocols(),
    identity: attribution.identity,
    wallTime: (time) => BigInt(Math.round(time)) + host.clockOffset,
    output: {
      row: put ?? ((_table, row) => placeOf(row)?.release()),
      ...(summaries && { exchange: summaries.exchange }),
      lost: (reason) => console.error('lost', reason),
    },
  });
  return {
    open(socket) {
      attribution.open(socket);
      connections.open(socket);
    },
    segment: connections.segment,
    close: connections.close,
    tick(time) {
      connections.tick(time);
      summaries?.tick(time);
    },
  };
}

interface Stage {
  readonly name: string;
  readonly listener: CaptureListener;
  /** After each batch. */
  drained?(batch: number): void;
}

const newRows = () => createRows({ ringBytes: 32 << 20, whenSlow: 'drop', placeOf });

function watched(text: string, maxRowsPerSecond = 0): Pick<Stage, 'listener' | 'drained'> {
  const rows = newRows();
  const parsed = parseFilter(httpEvents, text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  const query = { table: httpEvents, filter: parsed.filter, backlog: 0, maxRowsPerSecond, once: false };
  const reader = rows.subscribe(query, () => {});
  return {
    listener: pipeline(rows.put, rows.put),
    drained(batch) {
      // The server gathers rows for 50 ms.
      if (batch % 3 !== 0) return;
      for (let taken = reader.take(2000, 1 << 20); taken.length > 0; taken = reader.take(2000, 1 << 20)) {
        encodeRows('node-1', 1n, httpEvents, taken, false, sharedOf);
      }
    },
  };
}

const stages: readonly (() => Stage)[] = [
  () => ({ name: 'making the batches', listener: nothing }),
  () => ({ name: '+ decode', listener: nothing }),
  () => ({ name: '+ one look at each head, one copy', listener: barePass() }),
  () => ({ name: 'decode, order, HTTP', listener: pipeline(undefined) }),
  () => ({ name: '+ summaries', listener: pipeline(undefined, () => {}) }),
  () => {
    const { put } = newRows();
    return { name: '+ recent rows', listener: pipeline(put, put) };
  },
  () => ({ name: '+ reader that filters all away', ...watched('status:5xx') }),
  () => ({ name: '+ reader of 200 rows a second', ...watched('', 200) }),
  () => ({ name: '+ reader of every row', ...watched('') }),
];

const only = process.argv[3];

for (const [i, makeStage] of stages.entries()) {
  if (only !== undefined && String(i) !== only) continue;
  const traffic = createTraffic();
  const decoder = createDecoder();
  const { name, listener, drained } = makeStage();
  let batches = 0;
  const run = (): void => {
    const batch = traffic.next();
    if (i > 0) decoder.decode(batch, listener);
    listener.tick(traffic.time);
    drained?.(batches);
    batches++;
  };
  decoder.decode(traffic.opening, listener);
  const warm = performance.now() + 1500;
  while (performance.now() < warm) run();
  // Slices, because other users of the machine make some of them dear: the cheapest says what the work costs.
  const slices: number[] = [];
  while (slices.length < seconds * 10) {
    const before = batches;
    const cpuBefore = process.cpuUsage();
    const deadline = performance.now() + 100;
    while (performance.now() < deadline) run();
    const { user, system } = process.cpuUsage(cpuBefore);
    slices.push((user + system) / ((batches - before) * traffic.exchangesPerBatch));
  }
  slices.sort((a, b) => a - b);
  const figure = (share: number): string => (slices[Math.floor(slices.length * share)] ?? 0).toFixed(2).padStart(6);
  const memory = Math.round(process.memoryUsage.rss() / 2 ** 20);
  console.log(`${name.padEnd(36)} ${figure(0.1)} µs CPU per exchange (median${figure(0.5)}), ${memory} MiB resident`);
}
