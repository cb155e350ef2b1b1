import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createInbox } from './inbox.ts';

/** An inbox on a clock of its own, on which taking a word in takes as long as it says. */
function createWorld(t: TestContext, share = 1) {
  let now = 0;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const pieces: (() => void)[] = [];
  const taken: string[] = [];
  const inbox = createInbox({
    sliceMs: 8,
    mostShare: () => share,
    later: (run) => void pieces.push(run),
    now: () => now,
  });
  return {
    lane(name: string) {
      const lane = inbox.lane();
      let words = 0;
      return {
        close: lane.close,
        say(ms: number) {
          words += 1;
          const word = `${name}${words}`;
          lane.add(() => {
            now += ms;
            taken.push(word);
          });
        },
      };
    },
    /** What was taken in since the last look. */
    taken: () => taken.splice(0).join(' '),
    /** Whatever else came in has had its chance. */
    turn(): void {
      for (const piece of pieces.splice(0)) piece();
    },
    wait(ms: number): void {
      now += ms;
      t.mock.timers.tick(ms);
    },
  };
}

describe('what agents say', () => {
  test('is taken in at once while there is time, then a slice at a time', (t) => {
    const { lane, taken, turn } = createWorld(t);
    const a = lane('a');
    for (let word = 0; word < 7; word += 1) a.say(3);
    assert.equal(taken(), 'a1 a2 a3', 'until 8 ms are over');
    turn();
    assert.equal(taken(), 'a4 a5 a6');
    turn();
    assert.equal(taken(), 'a7');
    turn();
    a.say(3);
    assert.equal(taken(), 'a8');
  });

  test('comes in the order in which each said it, one after the other taking turns', (t) => {
    const { lane, taken, turn } = createWorld(t);
    const [a, b, c] = [lane('a'), lane('b'), lane('c')];
    a.say(8);
    for (let word = 0; word < 4; word += 1) a.say(2);
    b.say(2);
    c.say(2);
    assert.equal(taken(), 'a1');
    turn();
    assert.equal(taken(), 'a2 b1 c1 a3');
    turn();
    assert.equal(taken(), 'a4 a5');
  });

  test('of one that says more than its share waits, and the others do not', (t) => {
    const { lane, taken, turn, wait } = createWorld(t, 0.1);
    const [loud, calm] = [lane('loud'), lane('calm')];
    for (let word = 0; word < 40; word += 1) loud.say(10);
    for (let each = 0; each < 60; each += 1) turn();
    assert.equal(taken().split(' ').length, 23, 'two seconds of its share at once, and what was its share meanwhile');
    calm.say(1);
    assert.equal(taken(), 'calm1');
    turn();
    wait(1_000);
    for (let each = 0; each < 60; each += 1) turn();
    const words = taken().split(' ').length;
    assert.ok(words >= 9 && words <= 12, `${words} words of 10 ms in a second, a tenth of it`);
  });

  test('of one that is gone is forgotten', (t) => {
    const { lane, taken, turn } = createWorld(t);
    const [a, b] = [lane('a'), lane('b')];
    a.say(8);
    a.say(1);
    b.say(1);
    a.close();
    turn();
    assert.equal(taken(), 'a1 b1');
  });
});
