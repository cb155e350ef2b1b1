import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Segment, SocketOpen } from '../capture/source.ts';
import { createConnections } from './connections.ts';
import type { StreamLimits } from './limits.ts';
import type { StreamProtocol } from './protocol.ts';
import type { StreamReader } from './reader.ts';
import { amongOthers, modelConnection, play, start } from './testing/capture-model.ts';

/** A protocol whose messages begin with `#`, and a log of what its readers are told. */
function follow(limits: Partial<StreamLimits> = {}, held = 0) {
  const log: string[] = [];
  const losses: Record<string, number> = {};
  const echo: StreamProtocol = {
    id: 'echo',
    detect: (head) => (head[0] === 35 ? 'mine' : 'not-mine'),
    read: ({ socket }): StreamReader => {
      const say = (text: string) => void log.push(socket.cookie === 7 ? text : `${socket.cookie}: ${text}`);
      let holding = 0;
      return {
        data(direction, lent, from, to) {
          const bytes = lent.slice(from, to);
          holding += held;
          say(`${direction} ${Buffer.from(bytes).toString('latin1')}`);
        },
        gap: (direction, length, reason) => say(`${direction} ${reason} ${length}`),
        end: (direction) => say(`${direction} end`),
        close(reason) {
          holding = 0;
          say(reason);
        },
        tick() {},
        get heldBytes() {
          return holding;
        },
        done: false,
      };
    },
  };
  const connections = createConnections({
    protocols: [echo],
    identity: () => ({}),
    wallTime: BigInt,
    output: {
      row() {},
      lost(reason, count) {
        losses[reason] = (losses[reason] ?? 0) + count;
      },
    },
    limits,
  });
  return { connections, log, losses };
}

const openOf = (cookie = 7): SocketOpen => {
  const [record] = modelConnection({ cookie }).records;
  assert.ok(record?.type === 'open');
  return record.open;
};

/** A segment of the connection's incoming direction, whose first byte has sequence number 1000. */
const piece = (seq: number, text: string, more: Partial<Segment> = {}): Segment => ({
  time: start + 1e6,
  cookie: 7,
  direction: 0,
  seq: seq >>> 0,
  len: text.length,
  ...amongOthers(Buffer.from(text, 'latin1')),
  otherEndSeq: 0,
  otherLastTime: 0,
  lost: 0,
  fin: false,
  rst: false,
  messageStart: false,
  sampled: false,
  orphan: undefined,
  ...more,
});

describe('segments of one direction', () => {
  const deliver = (...segments: Segment[]) => {
    const { connections, log, losses } = follow();
    connections.open(openOf());
    for (const segment of segments) connections.segment(segment);
    return { log, losses, connections };
  };

  test('come in order', () => {
    assert.deepEqual(deliver(piece(1000, '#ab'), piece(1003, 'cd')).log, ['0 #ab', '0 cd']);
  });

  test('wait for those they overtook', () => {
    assert.deepEqual(deliver(piece(1000, '#a'), piece(1004, 'd'), piece(1003, 'c'), piece(1002, 'b')).log, [
      '0 #a',
      '0 b',
      '0 c',
      '0 d',
    ]);
  });

  test('give each byte once, the first copy', () => {
    const { log } = deliver(
      piece(1000, '#abc'),
      piece(1000, '#abc'),
      piece(1002, 'XXde'),
      piece(1007, 'g'),
      piece(1005, 'eYYY'),
      piece(1006, 'f'),
    );
    assert.equal(log.map((line) => line.slice(2)).join(''), '#abcdeYgY');
  });

  test('go on across the end of the sequence numbers', () => {
    const { connections, log } = follow();
    connections.open({ ...openOf(), firstSeq: [0xffff_fffe, 0] });
    for (const segment of [piece(0xffff_fffe, '#a'), piece(2, 'd'), piece(0, 'bc')]) connections.segment(segment);
    assert.deepEqual(log, ['0 #a', '0 bc', '0 d']);
  });

  test('that were lost are told of at once where the kernel knows', () => {
    const { log, losses } = deliver(piece(1000, '#a'), piece(1010, 'k', { lost: 1 }));
    assert.deepEqual(log, ['0 #a', '0 lost 8', '0 k']);
    assert.deepEqual(losses, { 'stream-gap': 1 });
  });

  test('that never come are given up after a while', () => {
    const { connections, log, losses } = deliver(piece(1000, '#a'), piece(1010, 'k'));
    connections.tick(start + 200e6);
    assert.deepEqual(log, ['0 #a']);
    connections.tick(start + 500e6);
    assert.deepEqual(log, ['0 #a', '0 lost 8', '0 k']);
    assert.deepEqual(losses, { 'stream-gap': 1 });
    connections.segment(piece(1002, 'late'));
    assert.equal(log.length, 3);
  });

  test('over the cap are no loss, and nothing waits for them', () => {
    const { log, losses } = deliver(piece(1000, '#a', { len: 100 }), piece(5000, 'next'));
    assert.deepEqual(log, ['0 #a', '0 cut 98', '0 cut 3900', '0 next']);
    assert.deepEqual(losses, {});
  });

  test('over the cap are told of when the other direction speaks', () => {
    const answer = piece(5000, 'x', { direction: 1, otherEndSeq: 3000, otherLastTime: start + 5 });
    const { log } = deliver(piece(1000, '#a', { len: 100 }), answer);
    assert.deepEqual(log, ['0 #a', '0 cut 98', '0 cut 1900', '1 x']);
  });
});

describe('the end', () => {
  test('is orderly after both sides said so', () => {
    const { connections, log } = follow();
    play(modelConnection().send(0, '#a').send(1, 'b').fin(0).fin(1).close().records, connections);
    assert.deepEqual(log, ['0 #a', '1 b', '0 end', '1 end', 'fin']);
    assert.equal(connections.totals().connections_open, 0);
  });

  test('by reset comes after what was held', () => {
    const { connections, log } = follow();
    connections.open(openOf());
    for (const segment of [piece(1000, '#'), piece(1002, 'c'), piece(1003, '', { rst: true })])
      connections.segment(segment);
    assert.deepEqual(log, ['0 #', '0 lost 1', '0 c', 'reset']);
  });

  test('of the recording is the end of everything', () => {
    const { connections, log } = follow();
    play(modelConnection().send(0, '#a').records, connections);
    connections.flush();
    assert.deepEqual(log, ['0 #a', 'gone']);
    assert.equal(connections.totals().held_bytes, 0);
  });

  test('comes for connections silent too long', () => {
    const { connections, log } = follow({ idleNanos: 60e9 });
    play(modelConnection().send(0, '#a').records, connections);
    connections.tick(start + 100e9);
    assert.deepEqual(log, ['0 #a', 'gone']);
    assert.equal(connections.totals().connections_open, 0);
  });

  test('of a socket that connects again begins a new connection', () => {
    const { connections, log } = follow();
    const once = modelConnection().send(0, '#a').fin(0).close().records;
    for (const record of [...once, ...once]) {
      if (record.type === 'open') connections.open(record.open);
      else if (record.type === 'segment') connections.segment(record.segment);
      else connections.close(record.close);
    }
    connections.flush();
    assert.deepEqual(log, ['0 #a', '0 end', 'fin', '0 #a', '0 end', 'fin']);
  });
});

describe('early bytes', () => {
  const { localAddress, localPort, remoteAddress, remotePort } = openOf();
  const orphan = { localAddress, localPort, remoteAddress, remotePort };

  test('belong to the connection announced after them', () => {
    const { connections, log } = follow();
    connections.segment(piece(1000, '#early', { cookie: 99, orphan }));
    connections.open(openOf());
    connections.segment(piece(1006, ' late'));
    assert.deepEqual(log, ['0 #early', '0  late']);
    assert.equal(connections.totals().held_bytes, 0);
  });

  test('of connections never announced are counted', () => {
    const { connections, losses } = follow();
    connections.segment(piece(1000, '#early', { cookie: 99, orphan }));
    connections.tick(start + 10e9);
    assert.deepEqual(losses, { 'orphan-expired': 1 });
  });

  test('take bounded memory', () => {
    const { connections, losses } = follow({ orphanBytes: 10_000 });
    for (let i = 0; i < 100; i++)
      connections.segment(piece(1, 'x'.repeat(500), { cookie: 99, orphan: { ...orphan, remotePort: i } }));
    assert.ok((connections.totals().held_bytes ?? 0) <= 10_000);
    connections.flush();
    assert.deepEqual(losses, { 'orphan-expired': 100 });
  });
});

describe('budgets', () => {
  test('the longest silent connections make room', () => {
    const { connections, log, losses } = follow({ connections: 10 });
    for (let cookie = 100; cookie < 111; cookie++) {
      connections.open({ ...openOf(cookie), time: start + cookie });
      connections.segment(piece(1000, '#', { cookie, time: start + cookie }));
    }
    assert.deepEqual(
      log.filter((line) => line.endsWith('gone')),
      ['100: gone'],
    );
    assert.deepEqual(losses, { 'connection-budget': 1 });
    assert.equal(connections.totals().connections_open, 10);
  });

  test('those nobody wants to read make room at no loss, and stay unread', () => {
    const { connections, log, losses } = follow({ connections: 10, resting: 10 });
    for (let cookie = 100; cookie < 120; cookie++) {
      connections.open({ ...openOf(cookie), time: start + cookie });
      connections.segment(piece(1000, 'SSH-2.0', { cookie, time: start + cookie }));
    }
    assert.deepEqual(losses, {});
    assert.equal(connections.totals().connections_open, 20);
    assert.equal(connections.totals().resting_connections, 10);
    connections.segment(piece(1007, '#', { cookie: 100 }));
    assert.deepEqual(log, []);
    assert.equal(connections.verdictOf(100), 'unknown');
    connections.open({ ...openOf(120), time: start + 120 });
    connections.tick(start + 4000e9);
    connections.tick(start + 4002e9);
    assert.equal(connections.totals().connections_open, 0);
  });

  test('a connection full of holes gives them up, others are left alone', () => {
    const { connections, log, losses } = follow({ connectionBytes: 2000 });
    connections.open(openOf());
    connections.open(openOf(8));
    connections.segment(piece(1000, '#', { cookie: 8 }));
    connections.segment(piece(1000, '#'));
    for (let i = 1; i < 10; i++) connections.segment(piece(1000 + i * 500, 'x'.repeat(300)));
    assert.ok((losses['reassembly-budget'] ?? 0) > 0);
    assert.ok((connections.totals().held_bytes ?? 0) <= 2000);
    connections.segment(piece(1001, 'fine', { cookie: 8 }));
    assert.equal(log.at(-1), '8: 0 fine');
  });

  test('when all hold too much together, those that hold most go', () => {
    const { connections, log, losses } = follow({ totalBytes: 5000 }, 1000);
    for (let cookie = 10; cookie < 15; cookie++) {
      connections.open(openOf(cookie));
      connections.segment(piece(1000, '#', { cookie }));
    }
    connections.segment(piece(1001, 'more', { cookie: 12 }));
    assert.deepEqual(
      log.filter((line) => line.endsWith('gone')),
      ['12: gone'],
    );
    assert.deepEqual(losses, { 'reassembly-budget': 1 });
  });
});

describe('recognition', () => {
  test('leaves alone what no protocol wants, at no cost', () => {
    const { connections, log } = follow();
    play(modelConnection().send(0, 'SSH-2.0').send(1, 'SSH-2.0').send(0, '#').records, connections);
    assert.deepEqual(log, []);
    assert.equal(connections.verdictOf(7), 'unknown');
    assert.equal(connections.totals().held_bytes, 0);
  });

  test('of a connection joined in the middle that nobody here can read, nothing is lost', () => {
    const { connections, log, losses } = follow();
    const model = modelConnection({ midstream: true });
    for (let turn = 0; turn < 40; turn += 1) model.send(turn % 2 === 0 ? 0 : 1, 'sealed');
    play(model.records, connections);
    assert.equal(connections.verdictOf(7), 'unknown');
    assert.deepEqual([log, losses], [[], {}]);
  });

  test('names TLS', () => {
    const { connections } = follow();
    play(modelConnection().send(0, '\x16\x03\x01\x00\x10hello').records, connections);
    assert.equal(connections.verdictOf(7), 'tls');
    assert.equal(connections.totals().connections_tls, 1);
  });

  test('tries again at every turn of a connection joined in the middle', () => {
    const { connections, log, losses } = follow();
    play(
      modelConnection({ midstream: true }).send(0, 'tail').send(0, '#no turn').send(1, 'middle').send(0, '#yes')
        .records,
      connections,
    );
    assert.deepEqual(log, ['0 #yes']);
    assert.deepEqual(losses, { 'mid-stream': 1 });
  });
});
