import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { settings as layout } from './layout.gen.ts';
import { createSettingsMap } from './settings-map.ts';

function fakeMap() {
  const state = { generation: 0n, selfPid: 0, epoch: 0, ports: [] as number[] };
  return Object.assign(state, {
    update(map: string, _key: Uint8Array, value: Uint8Array) {
      assert.equal(map, 'settings');
      const view = new DataView(value.buffer);
      state.generation = view.getBigUint64(layout.generation, true);
      state.selfPid = view.getUint32(layout.selfPid, true);
      state.epoch = view.getUint32(layout.epoch, true);
      state.ports = [0, 2, 4, 6].map((at) => view.getUint16(layout.datagramPorts + at, true));
    },
  });
}

describe('the settings of the programs', () => {
  test('are written at once; a change of one leaves the others', () => {
    const map = fakeMap();
    const settings = createSettingsMap(map, 42);
    assert.deepEqual([map.generation, map.selfPid, map.epoch, map.ports], [1n, 42, 0, [53, 0, 0, 0]]);
    settings.raiseGeneration();
    assert.deepEqual([settings.flip(), settings.flip(), settings.flip()], [0, 1, 0]);
    assert.deepEqual([map.generation, map.selfPid, map.epoch, map.ports], [2n, 42, 3, [53, 0, 0, 0]]);
  });

  test('have room for four ports', () => {
    const map = fakeMap();
    createSettingsMap(map, 1, [53, 5353, 65535, 1]);
    assert.deepEqual(map.ports, [53, 5353, 65535, 1]);
    assert.throws(() => createSettingsMap(map, 1, [1, 2, 3, 4, 5]), RangeError);
  });
});
