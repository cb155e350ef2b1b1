/** Rows of http_events out of nothing, as wide and as varied as real ones, already in the wire's form. */
import type { Batch, Column } from '../../../proto/gen/kelpie/v1/agent.ts';

const pods = Array.from(
  { length: 40 },
  (_, n) => `shop/${['frontend', 'api', 'catalog', 'cart'][n % 4]}-${(n * 7919).toString(36)}`,
);
const paths = Array.from({ length: 300 }, (_, n) => `/bench/v1/items/${n * 37}?page=${n % 9}`);
const methods = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'];
const statuses = [200, 200, 200, 200, 201, 204, 304, 404, 500, 503];

/** What every synthetic path contains, to be looked for on the screen. */
export const pathMark = '/bench/v1/';

/** `count` new rows, the first with number `from`, at Unix time `now` (ns). */
export function syntheticBatch(from: number, count: number, now: bigint): Batch {
  const each = <Value>(value: (number: number) => Value) =>
    Array.from({ length: count }, (_, row) => value(from + row));
  const pick = <Value>(list: readonly Value[], number: number): Value => list[number % list.length] as Value;
  const status = (number: number) => pick(statuses, number * 13);
  return {
    table: 'http_events',
    rows: count,
    columns: [
      times(
        'time_',
        each(() => now),
      ),
      strings(
        'id',
        each((number) => `b${(number >> 6).toString(16)}-${number & 63}-${number}`),
      ),
      strings(
        'trace_role',
        each(() => 'server'),
      ),
      strings(
        'source',
        each((number) => pick(pods, number * 3)),
      ),
      strings(
        'destination',
        each((number) => pick(pods, number * 5 + 1)),
      ),
      strings(
        'req_method',
        each((number) => pick(methods, number)),
      ),
      strings(
        'req_path',
        each((number) => pick(paths, number * 7)),
      ),
      numbers('resp_status', each(status)),
      strings(
        'outcome',
        each((number) => (status(number) < 400 ? 'ok' : 'error')),
      ),
      numbers(
        'latency',
        each((number) => 200_000 + ((number * 7919) % 90_000_000)),
      ),
      numbers(
        'ttfb',
        each((number) => 150_000 + ((number * 7919) % 80_000_000)),
      ),
      numbers(
        'req_body_size',
        each((number) => number % 700),
      ),
      numbers(
        'resp_body_size',
        each((number) => (number * 31) % 90_000),
      ),
      strings(
        'protocol',
        each(() => 'HTTP/1.1'),
      ),
      strings(
        'req_host',
        each((number) => `${['api', 'shop'][number % 2]}.example`),
      ),
      strings(
        'resp_message',
        each((number) => (status(number) === 200 ? 'OK' : 'Other')),
      ),
      strings(
        'content_type',
        each(() => 'application/json'),
      ),
      strings(
        'node',
        each(() => 'bench'),
      ),
      strings(
        'namespace',
        each(() => 'shop'),
      ),
      strings(
        'pod',
        each((number) => pick(pods, number * 5 + 1)),
      ),
      strings(
        'container',
        each(() => 'app'),
      ),
      strings(
        'process',
        each(() => 'node'),
      ),
      numbers(
        'pid',
        each((number) => 4_000 + (number % 40)),
      ),
      strings(
        'local_addr',
        each(() => '192.0.2.1'),
      ),
      numbers(
        'local_port',
        each(() => 8080),
      ),
      strings(
        'remote_addr',
        each((number) => `198.51.100.${number % 200}`),
      ),
      numbers(
        'remote_port',
        each((number) => 32_768 + (number % 20_000)),
      ),
      numbers(
        'encrypted',
        each(() => 0),
      ),
      numbers(
        'major_version',
        each(() => 1),
      ),
      numbers(
        'minor_version',
        each(() => 1),
      ),
      strings(
        'conn_id',
        each((number) => (number >> 6).toString(16)),
      ),
      numbers(
        'conn_exchange',
        each((number) => (number & 63) + 1),
      ),
      numbers(
        'lost_bytes',
        each(() => 0),
      ),
    ],
  };
}

const all = new Uint8Array(0);

const numbers = (name: string, value: number[]): Column => ({
  name,
  present: all,
  values: { $case: 'numbers', value: { value } },
});

const times = (name: string, value: bigint[]): Column => ({
  name,
  present: all,
  values: { $case: 'times', value: { value } },
});

function strings(name: string, value: readonly string[]): Column {
  const places = new Map<string, number>();
  const index = value.map((text) => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  });
  return { name, present: all, values: { $case: 'strings', value: { dictionary: [...places.keys()], index } } };
}
