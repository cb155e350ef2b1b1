import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Table } from '../../src/domain/table.ts';
import type { ConnStats } from '../../src/domain/tables/conn-stats.ts';
import type { TcpStatsEvent } from '../../src/domain/tables/tcp-stats-events.ts';
import { type Ends, endsOf } from '../capture/ends.ts';
import type { EdgeSample, FlowEnd, FlowSample } from '../capture/source.ts';
import { createFlowTables } from './flow-tables.ts';
import type { FlowLimits } from './limits.ts';

const second = 1e9;
const start = 1000 * second;

function createBench(limits: Partial<FlowLimits> = {}) {
  const puts: { table: string; row: ConnStats & TcpStatsEvent }[] = [];
  const losses = new Map<string, number>();
  const tables = createFlowTables({
    names: (ends: Ends, role) => ({
      source: role === 'client' ? `process ${ends.pid}` : ends.remoteAddress,
      destination: `${ends.remoteAddress}:${ends.remotePort}`,
      node: 'node-a',
      local_addr: ends.localAddress,
      remote_addr: ends.remoteAddress,
    }),
    wallTime: (time) => BigInt(Math.round(time)),
    row: (table: Table, row) => void puts.push({ table: table.id, row: row as ConnStats & TcpStatsEvent }),
    lost: (reason, count) => void losses.set(reason, (losses.get(reason) ?? 0) + count),
    limits,
  });
  const rowsOf = (table: string, key: 'id' | 'conn_id') => {
    const last = new Map<string, ConnStats & TcpStatsEvent>();
    for (const put of puts) if (put.table === table) last.set(put.row[key], put.row);
    return [...last.values()];
  };
  return {
    tables,
    puts,
    losses,
    sums: (): ConnStats[] => rowsOf('conn_stats', 'id'),
    connections: (): TcpStatsEvent[] => rowsOf('tcp_stats_events', 'conn_id'),
  };
}

const flow = (cookie: number, over: Partial<FlowSample> = {}): FlowSample => ({
  time: start,
  cookie,
  cgroupId: 1,
  netnsCookie: 1,
  comm: 'app',
  pid: 100,
  role: 'client',
  family: 4,
  localAddress: '10.0.0.1',
  remoteAddress: '10.0.0.2',
  localPort: 40_000 + cookie,
  remotePort: 80,
  state: 'open',
  end: undefined,
  opened: start - second,
  bytes: [0, 0],
  packets: [0, 0],
  retransmits: 0,
  srttUs: 0,
  handshakeUs: 0,
  turns: 0,
  turnNs: 0,
  turnMaxNs: 0,
  ...over,
});

const ended = (cookie: number, end: FlowEnd, over: Partial<FlowSample> = {}) =>
  flow(cookie, { state: 'ended', end, ...over });

const edge = (over: Partial<EdgeSample> = {}): EdgeSample => ({
  time: start,
  cgroupId: 1,
  netnsCookie: 1,
  comm: 'app',
  pid: 100,
  transport: 'tcp',
  role: 'client',
  family: 4,
  localAddress: '10.0.0.1',
  remoteAddress: '10.0.0.2',
  port: 80,
  opened: 0,
  closed: 0,
  refused: 0,
  timedOut: 0,
  unreachable: 0,
  aborted: 0,
  resets: 0,
  bytes: [0, 0],
  packets: [0, 0],
  retransmits: 0,
  handshakes: 0,
  handshakeUs: 0,
  rtts: 0,
  rttUs: 0,
  turns: 0,
  turnNs: 0,
  turnMaxNs: 0,
  ...over,
});

describe('datagrams', () => {
  const udp = (over: Partial<EdgeSample> = {}) => edge({ transport: 'udp', port: 53, packets: [1, 1], ...over });
  const counts = (rows: readonly ConnStats[]) => rows.map((row) => [row.conn_open, row.conn_close, row.conn_active]);

  test('a socket that asks is open until it is let go of', () => {
    const { tables, sums } = createBench();
    tables.edge(udp({ opened: 1 }));
    tables.tick(start);
    assert.deepEqual(counts(sums()), [[1, 0, 1]]);
    tables.edge(udp({ opened: 3, closed: 2, time: start + second }));
    tables.tick(start + second);
    assert.deepEqual(counts(sums()), [[4, 2, 2]]);
    tables.edge(udp({ closed: 2, packets: [0, 0], time: start + 2 * second }));
    tables.tick(start + 2 * second);
    assert.deepEqual(counts(sums()), [[4, 4, 0]]);
  });

  test('whatever was silent for a minute is closed, once, and open again when it is heard of', () => {
    const { tables, sums } = createBench();
    tables.edge(udp({ role: 'server' }));
    tables.edge(udp({ opened: 1 }));
    tables.tick(start);
    tables.tick(start + 59 * second);
    assert.deepEqual(counts(sums()), [
      [1, 0, 1],
      [1, 0, 1],
    ]);
    tables.tick(start + 66 * second);
    assert.deepEqual(counts(sums()), [
      [1, 1, 0],
      [1, 1, 0],
    ]);
    assert.equal(sums()[0]?.time_, BigInt(start), 'when it was active last');
    tables.edge(udp({ role: 'server', time: start + 70 * second }));
    tables.edge(udp({ closed: 1, packets: [0, 0], time: start + 70 * second }));
    tables.tick(start + 70 * second);
    assert.deepEqual(counts(sums()), [
      [2, 1, 1],
      [1, 1, 0],
    ]);
  });

  test('are never fewer than none, and as many as were opened and not closed', () => {
    const step = fc.record({ opened: fc.nat(3), closed: fc.nat(3), pause: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { tables, sums } = createBench();
        let time = start;
        for (const { opened, closed, pause } of steps) {
          time += pause * second;
          tables.tick(time);
          tables.edge(udp({ opened, closed, time }));
          tables.tick(time + second);
        }
        for (const row of sums()) {
          assert.ok(row.conn_active >= 0);
          assert.equal(row.conn_open - row.conn_close, row.conn_active);
        }
        tables.tick(time + 70 * second);
        for (const row of sums()) assert.equal(row.conn_active, 0);
      }),
    );
  });
});

describe('one connection', () => {
  test('from its handshake to its end: a row of its own, and one of the sum', () => {
    const { tables, sums, connections } = createBench();
    tables.flow(flow(1, { state: 'connecting', opened: start - 0.2 * second }));
    tables.tick(start);
    assert.equal(connections()[0]?.state, 'connecting');
    assert.deepEqual([sums()[0]?.conn_open, sums()[0]?.conn_active], [0, 0]);

    const opened = { opened: start - 0.2 * second, handshakeUs: 250, srttUs: 300 };
    tables.flow(
      flow(1, {
        ...opened,
        time: start + second,
        bytes: [500, 90],
        packets: [3, 2],
        turns: 1,
        turnNs: 4e6,
        turnMaxNs: 4e6,
      }),
    );
    tables.tick(start + second);
    const [sum] = sums();
    assert.deepEqual(
      [sum?.conn_open, sum?.conn_active, sum?.bytes_sent, sum?.bytes_recv, sum?.packets_sent, sum?.packets_recv],
      [1, 1, 90, 500, 2, 3],
    );
    assert.deepEqual([sum?.rtt, sum?.handshake, sum?.turns, sum?.turn_latency], [300e3, 250e3, 1, 4e6]);
    assert.deepEqual([sum?.port, sum?.remote_port, sum?.local_port, sum?.trace_role], [80, 80, 0, 'client']);

    const after = { ...opened, time: start + 2 * second, bytes: [900, 90], packets: [5, 3] } as const;
    tables.flow(ended(1, 'fin', { ...after, turns: 3, turnNs: 12e6, turnMaxNs: 7e6 }));
    tables.tick(start + 2 * second);
    const [last] = sums();
    assert.deepEqual([last?.conn_open, last?.conn_close, last?.conn_active, last?.conn_failed], [1, 1, 0, 0]);
    assert.deepEqual([last?.bytes_recv, last?.turns, last?.turn_latency, last?.turn_latency_max], [900, 3, 4e6, 7e6]);
    assert.equal(sums().length, 1);
    const [row] = connections();
    assert.deepEqual(
      [row?.conn_id, row?.state, row?.tx, row?.rx, row?.duration, row?.opened],
      ['1', 'closed', 90, 900, 2.2 * second, BigInt(start - 0.2 * second)],
    );
  });

  const failures: readonly [FlowEnd, keyof ConnStats, string][] = [
    ['refused', 'refused', 'refused'],
    ['timeout', 'timed_out', 'timeout'],
    ['unreachable', 'unreachable', 'unreachable'],
    ['aborted', 'aborted', 'aborted'],
  ];
  for (const [end, column, state] of failures) {
    test(`${end}: a failed attempt, never open`, () => {
      const { tables, sums, connections } = createBench();
      tables.flow(flow(1, { state: 'connecting' }));
      tables.flow(ended(1, end));
      tables.tick(start);
      const [sum] = sums();
      assert.deepEqual(
        [sum?.conn_failed, sum?.[column], sum?.conn_open, sum?.conn_close, sum?.conn_active],
        [1, 1, 0, 0, 0],
      );
      assert.equal(connections()[0]?.state, state);
    });
  }

  test('given up after the SYN was sent again: nobody answered', () => {
    const { tables, sums, connections } = createBench();
    tables.flow(ended(1, 'aborted', { retransmits: 1 }));
    tables.tick(start);
    assert.deepEqual([sums()[0]?.timed_out, sums()[0]?.aborted], [1, 0]);
    assert.equal(connections()[0]?.state, 'timeout');
  });

  test('the process of a socket that was open before is looked for until it is known', () => {
    let process: string | null = null;
    const told: unknown[] = [];
    const tables = createFlowTables({
      names: () => ({ process }),
      wallTime: (time) => BigInt(Math.round(time)),
      row: (table, row) => void told.push([table.id, row.process]),
      lost: () => {},
    });
    tables.flow(flow(1, { comm: '', pid: 0, opened: undefined }));
    for (let i = 0; i < 20; i++) tables.tick(start + i * 0.1 * second);
    assert.equal(told.length, 2, 'not told anew for nothing');
    process = 'postgres';
    for (let i = 20; i < 40; i++) tables.tick(start + i * 0.1 * second);
    assert.deepEqual(told.slice(2), [
      ['tcp_stats_events', 'postgres'],
      ['conn_stats', 'postgres'],
    ]);
  });

  test('resets by either side are closes that say so', () => {
    const { tables, sums, connections } = createBench();
    tables.flow(flow(1));
    tables.flow(ended(1, 'reset-remote'));
    tables.flow(ended(2, 'reset-local', { bytes: [1, 1] }));
    tables.tick(start);
    const [sum] = sums();
    assert.deepEqual([sum?.resets, sum?.conn_open, sum?.conn_close, sum?.conn_active], [2, 2, 2, 0]);
    assert.deepEqual(
      connections().map((row) => row.state),
      ['reset', 'reset'],
    );
  });

  test('one that stood and then timed out was open, and did not fail to', () => {
    const { tables, sums } = createBench();
    tables.flow(flow(1, { bytes: [10, 10] }));
    tables.flow(ended(1, 'timeout', { bytes: [10, 10] }));
    tables.tick(start);
    assert.deepEqual([sums()[0]?.conn_open, sums()[0]?.conn_close, sums()[0]?.conn_failed], [1, 1, 0]);
  });

  test('open before capture began: counted, its opening unknown', () => {
    const { tables, sums, connections } = createBench();
    tables.flow(flow(1, { opened: undefined, role: 'unknown', localPort: 5432, remotePort: 50_000 }));
    tables.tick(start);
    const [sum] = sums();
    assert.deepEqual([sum?.conn_open, sum?.conn_active, sum?.trace_role, sum?.port], [1, 1, null, 5432]);
    assert.equal(connections()[0]?.opened, null);
  });

  test('found open while it was silent, and heard of with its process later: one row, open in the sum of that process alone', () => {
    const { tables, sums, connections } = createBench();
    const found = { opened: undefined, role: 'unknown', pid: 0, comm: '', localPort: 50_000, remotePort: 80 } as const;
    tables.flow(flow(1, found));
    tables.tick(start);
    tables.flow(
      flow(1, { ...found, role: 'client', pid: 100, opened: start - second, bytes: [5, 7], packets: [1, 1] }),
    );
    tables.tick(start + 2 * second);
    assert.deepEqual(
      sums().map((sum) => [sum.trace_role, sum.conn_active, sum.bytes_sent]),
      [
        [null, 0, 0],
        ['client', 1, 7],
      ],
    );
    const rows = new Map(connections().map((row) => [row.conn_id, row]));
    assert.equal(rows.size, 1);
    assert.deepEqual([rows.get('1')?.tx, rows.get('1')?.opened], [7, BigInt(start - second)]);
  });

  test('a record told twice, or after the end, counts once; a socket that connects again is another connection', () => {
    const { tables, sums } = createBench();
    const last = ended(1, 'fin', { bytes: [10, 20] });
    tables.flow(last);
    tables.flow(last);
    tables.tick(start);
    assert.deepEqual([sums()[0]?.conn_open, sums()[0]?.conn_close, sums()[0]?.bytes_sent], [1, 1, 20]);
    tables.flow(flow(1, { opened: start + 1, bytes: [1, 1] }));
    tables.tick(start + 2 * second);
    assert.deepEqual([sums()[0]?.conn_open, sums()[0]?.conn_active, sums()[0]?.bytes_sent], [2, 1, 21]);
  });
});

describe('many connections', () => {
  test('of one process to one remote port are one row; of a server’s clients, by their address', () => {
    const { tables, sums } = createBench();
    for (let cookie = 1; cookie <= 20; cookie++) tables.flow(flow(cookie, { bytes: [1, 2] }));
    for (let cookie = 21; cookie <= 40; cookie++) {
      tables.flow(flow(cookie, { role: 'server', localPort: 8080, remotePort: 30_000 + cookie, pid: 200 }));
    }
    tables.flow(flow(41, { remotePort: 443 }));
    tables.flow(flow(42, { pid: 101 }));
    tables.tick(start);
    const rows = sums();
    assert.deepEqual(
      rows.map((row) => [row.trace_role, row.port, row.conn_open]),
      [
        ['client', 80, 20],
        ['server', 8080, 20],
        ['client', 443, 1],
        ['client', 80, 1],
      ],
    );
    assert.equal(new Set(rows.map((row) => row.id)).size, 4);
    assert.equal(rows[1]?.remote_port, 0);
  });

  test('too short for a sample of their own, they add to the same row', () => {
    const { tables, sums, connections } = createBench();
    tables.flow(flow(1, { bytes: [5, 5], srttUs: 100 }));
    // Of 1,004 attempts four failed; ten of the others are not over yet.
    const short = { opened: 1004, closed: 994, bytes: [7, 3], handshakes: 1000, handshakeUs: 200_000 } as const;
    tables.edge(edge({ ...short, refused: 3, timedOut: 1, resets: 2, rtts: 3, rttUs: 900, turns: 10, turnNs: 100 }));
    tables.edge(edge({ closed: 10, turns: 2, turnNs: 20, turnMaxNs: 15 }));
    tables.tick(start);
    const [sum, ...others] = sums();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [sum?.conn_open, sum?.conn_close, sum?.conn_active, sum?.conn_failed, sum?.resets],
      [1001, 1000, 1, 4, 2],
    );
    assert.deepEqual([sum?.bytes_recv, sum?.bytes_sent, sum?.rtt, sum?.handshake], [12, 8, 250e3, 200e3]);
    assert.deepEqual([sum?.turns, sum?.turn_latency, sum?.turn_latency_max], [12, 10, 15]);
    assert.equal(connections().length, 1);
  });

  test('attempts that fail later than they were counted, and connections that were open before', () => {
    const { tables, sums } = createBench();
    tables.edge(edge({ opened: 3 }));
    tables.edge(edge({ closed: 1, refused: 1 }));
    tables.edge(edge({ opened: 1, closed: 3 }));
    tables.edge(edge({ closed: 2, port: 81 }));
    tables.tick(start);
    assert.deepEqual(
      sums().map((row) => [row.conn_open, row.conn_close, row.conn_active, row.conn_failed]),
      [
        [3, 3, 0, 1],
        [2, 2, 0, 0],
      ],
    );
  });

  test('UDP is apart from TCP', () => {
    const { tables, sums } = createBench();
    tables.edge(edge({ port: 53 }));
    tables.edge(edge({ port: 53, transport: 'udp', bytes: [10, 20], packets: [1, 2] }));
    tables.tick(start);
    assert.deepEqual(
      sums().map((row) => [row.transport, row.packets_sent]),
      [
        ['tcp', 0],
        ['udp', 2],
      ],
    );
  });
});

describe('when rows are told', () => {
  test('at most once a second, only when something changed; ends at once', () => {
    const { tables, puts } = createBench();
    let bytes = 0;
    for (let i = 0; i < 50; i++) {
      const time = start + i * 0.1 * second;
      if (i < 30) tables.flow(flow(1, { time, bytes: [bytes++, 0] }));
      tables.tick(time);
    }
    const of = (table: string) => puts.filter((put) => put.table === table).length;
    assert.ok(of('conn_stats') >= 3 && of('conn_stats') <= 5, `${of('conn_stats')} of conn_stats`);
    assert.ok(of('tcp_stats_events') >= 3 && of('tcp_stats_events') <= 5);
    const before = puts.length;
    tables.tick(start + 60 * second);
    assert.equal(puts.length, before, 'nothing changed');
    tables.flow(flow(1, { time: start + 60 * second, bytes: [bytes, 0] }));
    tables.tick(start + 60 * second);
    tables.flow(ended(1, 'fin', { time: start + 60.1 * second, bytes: [bytes, 0] }));
    tables.tick(start + 60.1 * second);
    assert.equal(puts.at(-1)?.row.state, 'closed');
  });

  test('what was not told yet is told when the source ends', () => {
    const { tables, sums } = createBench();
    tables.flow(flow(1));
    tables.flush();
    assert.equal(sums().length, 1);
  });
});

describe('the application protocol', () => {
  test('recognised before the kernel tells of the flow, or after: on the connection and its row', () => {
    const { tables, sums, connections } = createBench();
    tables.recognised(endsOf(flow(1)), 'http');
    tables.flow(flow(1));
    tables.flow(flow(2, { remotePort: 443 }));
    tables.tick(start);
    tables.recognised(endsOf(flow(2, { remotePort: 443 })), 'tls');
    tables.tick(start + 2 * second);
    assert.deepEqual(
      sums().map((row) => row.protocol),
      ['http', 'tls'],
    );
    assert.deepEqual(
      connections().map((row) => row.protocol),
      ['http', 'tls'],
    );
  });

  test('is kept for short connections and datagrams, which have no row of their own', () => {
    const { tables, sums } = createBench();
    tables.recognised(endsOf(flow(1)), 'http');
    tables.edge(edge({ opened: 1, closed: 1 }));
    tables.recognised({ ...endsOf(flow(9, { remotePort: 53 }), 'udp') }, 'dns');
    tables.edge(edge({ transport: 'udp', port: 53 }));
    tables.tick(start);
    assert.deepEqual(
      sums().map((row) => row.protocol),
      ['http', 'dns'],
    );
  });
});

describe('bounds', () => {
  test('of a million connections those silent for longest go first, counted', () => {
    const { tables, losses, sums } = createBench({ connections: 100 });
    for (let cookie = 1; cookie <= 1000; cookie++)
      tables.flow(flow(cookie, { time: start + cookie, opened: start + cookie }));
    assert.equal(tables.totals().flow_connections, 100);
    assert.equal(losses.get('flow-budget'), 900);
    tables.tick(start + second);
    assert.deepEqual([sums()[0]?.conn_open, sums()[0]?.conn_active], [1000, 100]);
    // One of the forgotten speaks again: it is open, and its totals are not counted twice.
    tables.flow(flow(5, { time: start + 2 * second, opened: start + 5, bytes: [0, 0] }));
    tables.tick(start + 3 * second);
    assert.equal(sums()[0]?.conn_open, 1000);
  });

  test('a quiet connection whose sum was let go of is open in the next one', () => {
    const { tables, sums } = createBench({ sums: 2, atHand: 1 });
    tables.flow(flow(1, { bytes: [1, 1] }));
    for (let port = 1; port <= 3; port++) tables.flow(flow(10 + port, { remotePort: port }));
    tables.flow(flow(1, { time: start + second, bytes: [5, 5] }));
    tables.tick(start + 2 * second);
    const rows = sums().filter((row) => row.port === 80);
    assert.deepEqual(
      rows.map((row) => [row.conn_open, row.conn_active, row.bytes_recv]),
      [
        [1, 1, 1],
        [1, 1, 4],
      ],
    );
  });

  test('connections that ended make room without a loss', () => {
    const { tables, losses } = createBench({ connections: 100 });
    for (let cookie = 1; cookie <= 1000; cookie++) tables.flow(ended(cookie, 'fin'));
    assert.equal(losses.size, 0);
    tables.tick(start + 10 * second);
    assert.equal(tables.totals().flow_connections, 0);
  });

  test('sums: the longest silent go, told before, and begin anew as another row', () => {
    const { tables, losses, sums } = createBench({ sums: 10 });
    for (let port = 1; port <= 25; port++) tables.edge(edge({ port, opened: 1, time: start + port * 1e3 }));
    assert.equal(losses.get('flow-budget'), 15);
    assert.equal(tables.totals().flow_sums, 10);
    tables.edge(edge({ port: 1, opened: 1, time: start + second }));
    tables.tick(start + second);
    assert.equal(sums().filter((row) => row.port === 1).length, 2);
    assert.equal(sums().length, 26);
  });

  test('sums that were silent for long are forgotten without a loss, unless a connection of them is open', () => {
    const { tables, losses } = createBench({ sumIdleNanos: 100 * second });
    tables.flow(flow(1, { remoteAddress: '10.0.0.3' }));
    tables.flow(ended(2, 'fin', { remoteAddress: '10.0.0.4' }));
    tables.edge(edge({ remoteAddress: '10.0.0.5', opened: 1, closed: 1 }));
    tables.tick(start + 50 * second);
    tables.tick(start + 99 * second);
    assert.equal(tables.totals().flow_sums, 3);
    tables.tick(start + 200 * second);
    assert.equal(tables.totals().flow_sums, 1);
    assert.deepEqual([...losses], []);
  });

  test('a silent connection whose sum was let go of brings it back', () => {
    const { tables, sums } = createBench({ sums: 2 });
    tables.flow(flow(1, { bytes: [1, 1] }));
    for (let port = 1; port <= 3; port++) tables.edge(edge({ port, opened: 1, pid: 5 }));
    tables.flow(ended(1, 'fin', { time: start + second, bytes: [5, 5] }));
    tables.tick(start + 2 * second);
    const [sum] = sums().filter((row) => row.port === 80);
    assert.deepEqual([sum?.bytes_recv, sum?.conn_active, sum?.conn_close], [5, 0, 1]);
  });
});

describe('any order of samples', () => {
  test('comes to the same rows however few connections are kept at hand', () => {
    const step = fc.record({
      cookie: fc.integer({ min: 1, max: 12 }),
      state: fc.constantFrom<FlowSample['state']>('connecting', 'open', 'open', 'ended'),
      role: fc.constantFrom<FlowSample['role']>('client', 'server', 'unknown'),
      traffic: fc.nat(1000),
      protocol: fc.boolean(),
      tick: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (steps, atHand) => {
        const [few, many] = [createBench({ atHand }), createBench()];
        let time = start;
        for (const { cookie, state, role, traffic, protocol, tick } of steps) {
          time += 0.4 * second;
          const end = state === 'ended' ? ('fin' as const) : undefined;
          const sample = flow(cookie, {
            ...{ time, state, role, end, bytes: [traffic, 2 * traffic], packets: [traffic, 1], srttUs: traffic },
            ...{ handshakeUs: traffic % 7, turns: traffic, turnNs: 3 * traffic, turnMaxNs: traffic },
            ...{ opened: cookie % 3 === 0 ? undefined : start + cookie, localPort: cookie * 5000 },
          });
          for (const { tables } of [few, many]) {
            tables.flow(sample);
            if (protocol) tables.recognised(endsOf(sample), 'http');
            if (tick) tables.tick(time);
          }
        }
        for (const { tables } of [few, many]) tables.flush();
        const rttOf = (rows: readonly ConnStats[]) => rows.map(({ rtt: _, ...row }) => row);
        const sorted = (rows: readonly TcpStatsEvent[]) => rows.toSorted((a, b) => a.conn_id.localeCompare(b.conn_id));
        assert.deepEqual(sorted(few.connections()), sorted(many.connections()));
        // A mean over what came since the row was told last: it is told more often.
        assert.deepEqual(rttOf(few.sums()), rttOf(many.sums()));
        assert.equal(few.losses.size, 0);
      }),
    );
  });

  test('active is opened less closed, and no total ever falls', () => {
    const step = fc.record({
      cookie: fc.integer({ min: 1, max: 6 }),
      state: fc.constantFrom<FlowSample['state']>('connecting', 'open', 'ended'),
      end: fc.constantFrom<FlowEnd>('fin', 'reset-local', 'refused', 'timeout', 'aborted', 'gone'),
      bytes: fc.nat(1000),
      tick: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { tables, puts } = createBench();
        let time = start;
        for (const { cookie, state, end, bytes, tick } of steps) {
          time += 0.3 * second;
          tables.flow(flow(cookie, { time, state, end: state === 'ended' ? end : undefined, bytes: [bytes, bytes] }));
          if (tick) tables.tick(time);
        }
        tables.flush();
        const before = new Map<string, ConnStats>();
        for (const { table, row } of puts) {
          if (table !== 'conn_stats') continue;
          assert.equal(row.conn_active, row.conn_open - row.conn_close);
          const last = before.get(row.id);
          for (const column of ['conn_open', 'conn_close', 'bytes_sent', 'conn_failed', 'time_'] as const) {
            assert.ok(last === undefined || row[column] >= last[column], column);
          }
          before.set(row.id, row);
        }
      }),
      { numRuns: 200 },
    );
  });
});
