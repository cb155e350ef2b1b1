import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { createPacketWatch } from './packet-watch.ts';

describe('the programs that see packets', () => {
  let attached: boolean;
  const kernel = {
    attachPackets() {
      attached = true;
    },
    detachPackets() {
      attached = false;
    },
  };

  beforeEach(() => {
    attached = true;
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => mock.timers.reset());

  test('are let go of when nobody watches for a while, and attached again at once for who does', () => {
    const watch = createPacketWatch(kernel);
    mock.timers.tick(4999);
    assert.ok(attached);
    mock.timers.tick(1);
    assert.ok(!attached);
    watch.set(true);
    assert.ok(attached);
    mock.timers.tick(60_000);
    assert.ok(attached);
  });

  test('stay where somebody looks away for a moment only', () => {
    const watch = createPacketWatch(kernel);
    watch.set(true);
    watch.set(false);
    mock.timers.tick(3000);
    watch.set(false);
    mock.timers.tick(1999);
    assert.ok(attached);
    watch.set(true);
    mock.timers.tick(10_000);
    assert.ok(attached);
    watch.set(false);
    mock.timers.tick(5000);
    assert.ok(!attached);
  });

  test('are not touched after the end', () => {
    const watch = createPacketWatch(kernel);
    watch.close();
    mock.timers.tick(10_000);
    assert.ok(attached);
  });
});
