import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { type CaptureListener, type FlowSample, IN, type Segment, type SocketOpen } from '../capture/source.ts';
import { withSilentConnections } from './silent-connections.ts';
import type { Survey } from './surveys.ts';

const web = '7 10.0.0.1 80 10.0.0.2 40000';

const sample = (cookie: number, parts: Partial<FlowSample> = {}): FlowSample => ({
  time: 50,
  cookie,
  cgroupId: 7,
  netnsCookie: 0,
  pid: 0,
  comm: '',
  role: 'unknown',
  family: 4,
  localAddress: '10.0.0.1',
  localPort: 80,
  remoteAddress: '10.0.0.2',
  remotePort: 40_000,
  state: 'open',
  end: undefined,
  opened: undefined,
  bytes: [10, 20],
  packets: [1, 1],
  retransmits: 0,
  srttUs: 0,
  handshakeUs: 0,
  turns: 0,
  turnNs: 0,
  turnMaxNs: 0,
  ...parts,
});

describe('connections that say nothing', () => {
  let told: FlowSample[];
  let cookies: Record<'open' | 'segment' | 'close', number[]>;
  let surveys: Survey[];
  let capture: Required<CaptureListener>;

  /** What is open as far as was told. */
  const heard = new Set<string>();
  const open = (): FlowSample[] =>
    [...new Map(told.map((each) => [each.cookie, each] as const)).values()].filter(({ state }) => state !== 'ended');
  const find = (time: number, sockets: readonly string[], cgroups: readonly number[] = [7]): FlowSample[] => {
    const before = told.length;
    surveys.push({ time, cgroups, sockets });
    capture.tick(time);
    return told.slice(before);
  };

  beforeEach(() => {
    told = [];
    heard.clear();
    surveys = [];
    cookies = { open: [], segment: [], close: [] };
    const listener: CaptureListener = {
      open: ({ cookie }) => void cookies.open.push(cookie),
      segment: ({ cookie }) => void cookies.segment.push(cookie),
      close: ({ cookie }) => void cookies.close.push(cookie),
      flow: (each) => void told.push(each),
      tick() {},
    };
    capture = withSilentConnections(listener, {
      surveys: () => surveys.splice(0),
      isKnown: ({ cgroupId, remotePort }) => heard.has(`${cgroupId} ${remotePort}`),
      open,
    }) as Required<CaptureListener>;
  });

  test('are told as open once they are found, and once', () => {
    const [found, ...more] = find(10, [web, web]);
    assert.deepEqual(more, []);
    assert.deepEqual(
      [found?.state, found?.opened, found?.localPort, found?.remoteAddress, found?.bytes, found?.time],
      ['open', undefined, 80, '10.0.0.2', [0, 0], 10],
    );
    assert.deepEqual(find(20, [web]), []);
  });

  test('keep their number when they speak: in rows of connections, in what is read on them, at their end', () => {
    const number = find(10, [web])[0]?.cookie ?? 0;
    capture.open({ ...sample(99), firstSeq: undefined } as unknown as SocketOpen);
    capture.segment({ cookie: 99, direction: IN } as Segment);
    capture.flow(sample(99));
    capture.segment({ cookie: 5, direction: IN } as Segment);
    capture.flow(sample(99, { state: 'ended', end: 'fin' }));
    capture.close({ cookie: 99 } as Parameters<CaptureListener['close']>[0]);
    assert.deepEqual(cookies, { open: [number], segment: [number, 5], close: [number] });
    assert.deepEqual(
      told.map(({ cookie, state, bytes }) => [cookie, state, bytes[0]]),
      [
        [number, 'open', 0],
        [number, 'open', 10],
        [number, 'ended', 10],
      ],
    );
  });

  test('that something was heard on before are known already, though no row tells of them yet', () => {
    capture.open({ ...sample(99), firstSeq: undefined } as unknown as SocketOpen);
    heard.add('7 40000');
    assert.deepEqual(find(60, [web]), []);
    capture.segment({ cookie: 99, direction: IN } as Segment);
    capture.flow(sample(99));
    assert.deepEqual(
      told.map(({ cookie }) => cookie),
      [99],
    );
    assert.deepEqual(cookies, { open: [99], segment: [99], close: [] });
  });

  test('that are gone when somebody looks again have ended; those of cgroups not looked into have not', () => {
    find(10, [web, '8 10.0.0.3 80 10.0.0.2 40000'], [7, 8]);
    const [gone, ...more] = find(90, [], [7]);
    assert.deepEqual(more, []);
    assert.deepEqual([gone?.cgroupId, gone?.state, gone?.end, gone?.time], [7, 'ended', 'gone', 90]);
    capture.flow(sample(99));
    assert.equal(told.at(-1)?.cookie, 99, 'another connection between the same ends');
  });

  test('one that was opened later between the same ends is another', () => {
    const number = find(10, [web])[0]?.cookie ?? 0;
    capture.flow(sample(99, { opened: 40 }));
    assert.deepEqual(
      told.slice(1).map(({ cookie, state }) => [cookie, state]),
      [
        [number, 'ended'],
        [99, 'open'],
      ],
    );
  });

  test('are told apart by cgroup on loopback; elsewhere a process of another cgroup may hold the socket', () => {
    const [mine, theirs] = find(10, ['7 127.0.0.1 80 127.0.0.1 40000', '8 127.0.0.1 80 127.0.0.1 40000'], [7, 8]);
    assert.notEqual(mine?.cookie, theirs?.cookie);
    const loopback = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
    capture.flow(sample(99, { ...loopback, cgroupId: 9 }));
    assert.equal(told.at(-1)?.cookie, 99);
    capture.flow(sample(98, { ...loopback, cgroupId: 8 }));
    assert.equal(told.at(-1)?.cookie, theirs?.cookie);

    const number = find(20, [web], [])[0]?.cookie;
    capture.flow(sample(97, { cgroupId: 9 }));
    assert.equal(told.at(-1)?.cookie, number);
  });

  test('nonsense in a recording is passed over', () => {
    assert.deepEqual(
      find(10, ['', 'x', '7 a b c d', '0 1.1.1.1 1 1.1.1.1 2', '7 1.1.1.1 1 1.1.1.1 70000', `${web} `.trim()]).length,
      1,
    );
  });
});
