/**
 * What reading HTTP costs: microseconds of JavaScript per exchange, from captured segments to rows.
 * Run: node --import tsx agent/protocols/http/http.bench.ts [seconds per case]
 */
import type { Segment, SocketOpen } from '../../capture/source.ts';
import { createConnections } from '../../stream/connections.ts';
import { modelConnection } from '../../stream/testing/capture-model.ts';
import { createProtocols, placeOf } from '../index.ts';

const seconds = Number(process.argv[2] ?? 2);

const browserFields =
  'Host: shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n' +
  'Accept: text/html,application/xhtml+xml\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n' +
  'Connection: keep-alive\r\nCookie: session=0123456789abcdef\r\n';
const serverFields =
  'Server: nginx/1.22.1\r\nDate: Sat, 01 Jan 2028 00:00:00 GMT\r\nContent-Type: text/html\r\n' +
  'Last-Modified: Sat, 01 Jan 2028 00:00:00 GMT\r\nConnection: keep-alive\r\nETag: "65a1b2c3-267"\r\nAccept-Ranges: bytes\r\n';

interface Case {
  readonly name: string;
  readonly request: readonly string[];
  readonly response: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'wrk to nginx, 615-byte page',
    request: ['GET /index.html?id=123 HTTP/1.1\r\nHost: 10.0.0.2:8080\r\nX-Sequence: 12345\r\n\r\n'],
    response: [`HTTP/1.1 200 OK\r\n${serverFields}Content-Length: 615\r\n\r\n${'x'.repeat(615)}`],
  },
  {
    name: 'browser-like head with a cookie',
    request: [`GET /products/42 HTTP/1.1\r\n${browserFields}\r\n`],
    response: [
      `HTTP/1.1 200 OK\r\n${serverFields}Set-Cookie: session=0123456789\r\nContent-Length: 2000\r\n\r\n${'y'.repeat(2000)}`,
    ],
  },
  {
    name: 'POST with JSON, chunked answer in three segments',
    request: [
      `POST /api/orders HTTP/1.1\r\n${browserFields}Content-Type: application/json\r\nContent-Length: 300\r\n\r\n${'z'.repeat(300)}`,
    ],
    response: [
      `HTTP/1.1 201 Created\r\n${serverFields}Transfer-Encoding: chunked\r\n\r\n`,
      `200\r\n${'a'.repeat(512)}\r\n`,
      '0\r\n\r\n',
    ],
  },
  {
    name: '64 KiB body of which 4 KiB are captured',
    request: [`GET /large HTTP/1.1\r\n${browserFields}\r\n`],
    response: [`HTTP/1.1 200 OK\r\n${serverFields}Content-Length: 65536\r\n\r\n${'b'.repeat(65_536)}`],
  },
];

/** Records of one exchange, replayed with rising sequence numbers on several connections in turn. */
function measure({ name, request, response }: Case): string {
  const model = modelConnection({ cap: 4096 });
  for (const piece of request) model.send(0, piece);
  for (const piece of response) model.send(1, piece);
  const segments = model.records.flatMap((record) => (record.type === 'segment' ? [record.segment] : []));
  const open = model.records.flatMap((record) => (record.type === 'open' ? [record.open] : []))[0] as SocketOpen;
  const sizes = [0, 1].map((direction) =>
    segments.reduce((sum, segment) => sum + (segment.direction === direction ? segment.len : 0), 0),
  ) as [number, number];
  const end = [1000 + sizes[0], 5000 + sizes[1]] as const;

  let rows = 0;
  const identity = { source: 'shop/frontend-1', destination: 'shop/api-1', node: 'node-a', namespace: 'shop', pid: 42 };
  const connections = createConnections({
    protocols: createProtocols(),
    identity: () => identity,
    wallTime: (time) => 1_800_000_000_000_000_000n + BigInt(time),
    output: {
      row(_table, row) {
        rows++;
        placeOf(row)?.release();
      },
      lost: (reason) => console.error('lost', reason),
    },
  });
  const lanes = 64;
  for (let lane = 0; lane < lanes; lane++) connections.open({ ...open, cookie: lane });

  const reused: Segment = { ...(segments[0] as Segment) };
  let time = open.time;
  const round = (n: number): void => {
    for (let lane = 0; lane < lanes; lane++) {
      for (const segment of segments) {
        const { direction } = segment;
        const other = direction === 0 ? 1 : 0;
        reused.cookie = lane;
        reused.direction = direction;
        reused.time = time += 1000;
        reused.seq = (segment.seq + n * sizes[direction]) >>> 0;
        reused.len = segment.len;
        reused.bytes = segment.bytes;
        reused.at = segment.at;
        reused.captured = segment.captured;
        reused.messageStart = segment.messageStart;
        // Where the other direction ends: after its part of this exchange once this one is the response.
        reused.otherEndSeq =
          (direction === 1 ? end[other] + n * sizes[other] : end[other] + (n - 1) * sizes[other]) >>> 0;
        reused.otherLastTime = direction === 0 && n === 0 ? 0 : time;
        connections.segment(reused);
      }
    }
    connections.tick(time);
  };

  let n = 0;
  while (n < 500) round(n++);
  const before = rows;
  const cpuBefore = process.cpuUsage();
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) for (let i = 0; i < 20; i++) round(n++);
  const { user, system } = process.cpuUsage(cpuBefore);
  const perExchange = (user + system) / (rows - before);
  return `${name.padEnd(52)} ${perExchange.toFixed(2).padStart(6)} µs CPU per exchange, ${rows - before} exchanges`;
}

for (const item of cases) console.log(measure(item));
