import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import { copySequence } from './clipboard.ts';
import { type Sink, TtyWriter } from './tty-writer.ts';

/** A terminal that takes each write only when told to. */
function slowTerminal() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const sink: Sink = {
    send: (bytes, done) => {
      taken.push(bytes.toString());
      waiting.push(() => done());
    },
    sendNow: (bytes) => taken.push(bytes.toString()),
    close: () => {},
  };
  const source = Object.assign(new EventEmitter(), { columns: 80, rows: 24 });
  return { tty: new TtyWriter(source, sink), source, taken, takeOne: () => waiting.shift()?.() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the tty writer', () => {
  test('the writes of one turn leave as one', async () => {
    const { tty, taken } = slowTerminal();
    tty.write('begin ');
    tty.write('frame ');
    tty.write('end');
    await turn();
    assert.deepEqual(taken, ['begin frame end']);
  });

  test('is busy until the terminal took everything, and never makes the writer wait', async () => {
    const { tty, taken, takeOne } = slowTerminal();
    tty.write('one');
    await turn();
    tty.write('two');
    tty.write('three');
    await turn();
    assert.deepEqual(taken, ['one']);
    assert.equal(tty.busy, true);
    takeOne();
    await turn();
    assert.deepEqual(taken, ['one', 'twothree']);
    takeOne();
    await turn();
    assert.equal(tty.busy, false);
  });

  test('mirrors size and resizes', () => {
    const { tty, source } = slowTerminal();
    let resizes = 0;
    tty.on('resize', () => {
      resizes += 1;
    });
    Object.assign(source, { columns: 100, rows: 30 });
    source.emit('resize');
    source.emit('resize');
    assert.deepEqual([tty.columns, tty.rows, resizes], [100, 30, 1]);
  });

  test('draining gives up after its patience', async () => {
    const { tty } = slowTerminal();
    tty.write('stuck');
    await turn();
    await tty.drained(5);
    assert.equal(tty.busy, true);
  });
});

describe('the clipboard', () => {
  test('is OSC 52, wrapped for tmux, refused when too long', () => {
    const plain = copySequence('héllo', {});
    assert.deepEqual(plain, { ok: true, sequence: `\x1b]52;c;${Buffer.from('héllo').toString('base64')}\x07` });
    const inTmux = copySequence('x', { TMUX: '/tmp/s' });
    assert.deepEqual(inTmux, { ok: true, sequence: '\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\' });
    assert.equal(copySequence('x'.repeat(100_000), {}).ok, false);
    assert.equal(copySequence('x', { TERM: 'dumb' }).ok, false);
  });
});
