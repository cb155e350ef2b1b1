import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createStore } from './create-store.ts';
import { createTicker } from './ticker.ts';

test('the ticker hurries at first, then keeps its pace, and hurries again when asked to', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const store = createStore();
  let published = 0;
  store.publish = () => {
    published += 1;
  };
  const ticker = createTicker(store, { refreshMs: 1_000 });
  const pass = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) mock.timers.tick(100);
  };
  pass(1_000);
  assert.equal(published, 10);
  pass(3_000);
  assert.equal(published, 13);
  ticker.hurry();
  pass(200);
  assert.equal(published, 15);
  ticker.stop();
  pass(10_000);
  assert.equal(published, 15);
  mock.timers.reset();
});

test('no faster than four times a second, no slower than once a minute', () => {
  for (const [asked, given] of [
    [1, 250],
    [Number.NaN, 1_000],
    [1e9, 60_000],
  ] as const) {
    const ticker = createTicker(createStore(), { refreshMs: asked });
    assert.equal(ticker.refreshMs, given);
    ticker.stop();
  }
});

test('while nothing is there to show, what comes first is shown at once', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const store = createStore();
  let published = 0;
  let isWaiting = true;
  store.publish = () => {
    published += 1;
  };
  const ticker = createTicker(store, { refreshMs: 60_000, isWaiting: () => isWaiting });
  for (let passed = 0; passed < 3_000; passed += 50) mock.timers.tick(50);
  assert.ok(published >= 50, `${published} times in three seconds`);
  isWaiting = false;
  mock.timers.tick(50);
  published = 0;
  for (let passed = 0; passed < 3_000; passed += 50) mock.timers.tick(50);
  assert.equal(published, 0);
  ticker.stop();
  mock.timers.reset();
});
