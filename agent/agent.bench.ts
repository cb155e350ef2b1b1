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
import {
  closeRecord,
  openFlag,
  openRecord,
  recordType,
  segmentFlag,
  segmentRecord,
  socketRole,
} from './capture/layout.gen.ts';
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
  /** The records that open the lanes; nothing where each exchange has a connection of its own. */
  readonly opening: Uint8Array;
  /** The next batch; the same buffer every time. */
  next(): Uint8Array;
  readonly exchangesPerBatch: number;
  readonly time: number;
}

const bases = [1000, 5000] as const;
const payloads = [request, response] as const;

function writeOpen(batch: Buffer, at: number, cookie: number, remotePort: number): void {
  batch.writeUInt32LE(openRecord.size, at);
  const record = at + 8;
  batch.writeUInt32LE(cookie, record + openRecord.cookie);
  batch[record + openRecord.type] = recordType.RECORD_OPEN;
  batch[record + openRecord.family] = 4;
  batch[record + openRecord.role] = socketRole.ROLE_SERVER;
  batch[record + openRecord.flags] = openFlag.OPEN_HAS_ISN;
  batch.writeUInt32LE(1, record + openRecord.cgroupId);
  batch.set([192, 0, 2, 1], record + openRecord.localAddr);
  batch.set([192, 0, 2, 2], record + openRecord.remoteAddr);
  batch.write('nginx', record + openRecord.comm);
  batch.writeUInt16LE(8080, record + openRecord.localPort);
  batch.writeUInt16LE(remotePort, record + openRecord.remotePort);
  batch.writeUInt32LE(bases[0], record + openRecord.seqIn);
  batch.writeUInt32LE(bases[1], record + openRecord.seqOut);
}

function writeSegment(batch: Buffer, at: number, cookie: number, direction: 0 | 1): void {
  const payload = payloads[direction];
  batch.writeUInt32LE(segmentRecord.size + payload.length, at);
  const record = at + 8;
  batch.writeUInt32LE(cookie, record + segmentRecord.cookie);
  batch[record + segmentRecord.type] = recordType.RECORD_SEGMENT;
  batch[record + segmentRecord.direction] = direction;
  batch[record + segmentRecord.flags] = segmentFlag.SEGMENT_MESSAGE_START | segmentFlag.SEGMENT_PSH;
  batch.writeUInt32LE(payload.length, record + segmentRecord.len);
  batch.writeUInt32LE(payload.length, record + segmentRecord.captured);
  payload.copy(batch, record + segmentRecord.size);
}

function writeClose(batch: Buffer, at: number, cookie: number): void {
  batch.writeUInt32LE(closeRecord.size, at);
  const record = at + 8;
  batch.writeUInt32LE(cookie, record + closeRecord.cookie);
  batch[record + closeRecord.type] = recordType.RECORD_CLOSE;
  for (const direction of [0, 1] as const) {
    batch.writeUInt32LE(payloads[direction].length, record + closeRecord.bytes + 8 * direction);
    batch.writeUInt32LE(bases[direction] + payloads[direction].length, record + closeRecord.endSeq + 4 * direction);
  }
}

/** `short`: a connection for each exchange, instead of lanes that are used again and again. */
function createTraffic(short: boolean): Traffic {
  const openSize = framedBytes(openRecord.size);
  const opening = Buffer.alloc(short ? 0 : openSize * lanes);
  for (let lane = 0; lane < lanes && !short; lane++) writeOpen(opening, lane * openSize, lane + 1, 40_000 + lane);
  const sizes = payloads.map((payload) => framedBytes(segmentRecord.size + payload.length)) as [number, number];
  const before = short ? openSize : 0;
  const exchangeSize = before + sizes[0] + sizes[1] + (short ? framedBytes(closeRecord.size) : 0);
  const exchangesPerBatch = lanes * roundsPerDrain;
  const batch = Buffer.alloc(exchangeSize * exchangesPerBatch);
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  for (let n = 0; n < exchangesPerBatch; n++) {
    const at = n * exchangeSize;
    const cookie = (n % lanes) + 1;
    if (short) writeOpen(batch, at, cookie, 1024 + n);
    writeSegment(batch, at + before, cookie, 0);
    writeSegment(batch, at + before + sizes[0], cookie, 1);
    if (short) writeClose(batch, at + before + sizes[0] + sizes[1], cookie);
  }
  let rounds = 0;
  let cookies = lanes;
  let time = 1e9;
  /** Each path is asked for by every lane once. */
  const number = segmentRecord.size + request.indexOf('1000000') + 1;
  const stampTime = (at: number): void => {
    time += 12_500;
    view.setUint32(at, time % 2 ** 32, true);
    view.setUint32(at + 4, time / 2 ** 32, true);
  };
  const stamp = (at: number, direction: 0 | 1, round: number): void => {
    const other = direction === 0 ? 1 : 0;
    const done = direction === 1 ? round + 1 : round;
    stampTime(at + segmentRecord.tsNs);
    view.setUint32(at + segmentRecord.seq, bases[direction] + round * payloads[direction].length, true);
    view.setUint32(at + segmentRecord.otherEndSeq, bases[other] + done * payloads[other].length, true);
    view.setUint32(at + segmentRecord.otherLastNs, done === 0 ? 0 : 1, true);
  };
  const stampNumber = (at: number, round: number): void => {
    for (let i = 5, left = round; i >= 0; i--, left = Math.trunc(left / 10)) batch[at + number + i] = 48 + (left % 10);
  };
  const stampCookie = (at: number, cookieAt: number): void => {
    view.setUint32(at + cookieAt, cookies % 2 ** 32, true);
  };
  return {
    opening,
    exchangesPerBatch,
    next() {
      for (let n = 0; n < exchangesPerBatch; n++) {
        const asked = n * exchangeSize + 8 + before;
        const answered = asked + sizes[0];
        stampNumber(asked, rounds);
        if (short) {
          cookies++;
          stampTime(n * exchangeSize + 8 + openRecord.tsNs);
          stampCookie(n * exchangeSize + 8, openRecord.cookie);
          stampCookie(asked, segmentRecord.cookie);
          stampCookie(answered, segmentRecord.cookie);
          stampCookie(answered + sizes[1], closeRecord.cookie);
        }
        stamp(asked, 0, short ? 0 : rounds);
        stamp(answered, 1, short ? 0 : rounds);
        if (short) stampTime(answered + sizes[1] + closeRecord.tsNs);
        if (n % lanes === lanes - 1) rounds++;
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
    close(close) {
      connections.close(close);
      attribution.close(close);
    },
    tick(time) {
      connections.tick(time);
      attribution.tick(time);
      summaries?.tick(time);
    },
  };
}

interface Stage {
  readonly name: string;
  /** A connection for each exchange. */
  readonly short?: boolean;
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
  () => ({ name: 'a connection each: order, HTTP', short: true, listener: pipeline(undefined) }),
  () => {
    const { put } = newRows();
    return { name: 'a connection each: + summaries, rows', short: true, listener: pipeline(put, put) };
  },
];

const only = process.argv[3];

for (const [i, makeStage] of stages.entries()) {
  if (only !== undefined && String(i) !== only) continue;
  const { name, listener, drained, short = false } = makeStage();
  const traffic = createTraffic(short);
  const decoder = createDecoder();
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
