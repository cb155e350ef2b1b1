import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPolicyMap } from './policy-map.ts';
import type { Policy } from './source.ts';

/** Maps that hold what was written, and how often. */
function fakeMaps() {
  const policies = new Map<bigint, { expires: bigint; cap: number; level: number }>();
  const state = { policies, generation: 0n, selfPid: 0, writes: 0 };
  const idOf = (key: Uint8Array): bigint => new DataView(key.buffer).getBigUint64(0, true);
  return Object.assign(state, {
    update(map: string, key: Uint8Array, value: Uint8Array) {
      const view = new DataView(value.buffer);
      if (map === 'settings') {
        state.generation = view.getBigUint64(0, true);
        state.selfPid = view.getUint32(8, true);
        return;
      }
      state.writes++;
      policies.set(idOf(key), {
        expires: view.getBigUint64(0, true),
        cap: view.getUint32(8, true),
        level: view.getUint8(12),
      });
    },
    remove(_map: string, key: Uint8Array) {
      state.writes++;
      policies.delete(idOf(key));
    },
  });
}

const heads = (cgroupId: number, expires: number, messageCap = 4096): Policy => ({
  cgroupId,
  port: 0,
  level: 'heads',
  messageCap,
  expires,
});

describe('the policies in the kernel', () => {
  test('are what was last asked for', () => {
    const maps = fakeMaps();
    const policies = createPolicyMap(maps, 42);
    assert.deepEqual([maps.selfPid, maps.generation], [42, 1n]);
    policies.set([heads(0, 100), heads(7, 100)]);
    policies.set([heads(7, 100), { cgroupId: 9, port: 0, level: 'bodies', messageCap: 1e9, expires: 50 }]);
    assert.deepEqual(
      [...maps.policies],
      [
        [7n, { expires: 100n, cap: 4096, level: 2 }],
        [9n, { expires: 50n, cap: 65536, level: 3 }],
      ],
    );
    assert.equal(maps.generation, 3n);
  });

  test('nothing new writes nothing', () => {
    const maps = fakeMaps();
    const policies = createPolicyMap(maps, 1);
    policies.set([heads(0, 100)]);
    const { writes, generation } = maps;
    policies.set([heads(0, 100)]);
    assert.deepEqual([maps.writes, maps.generation], [writes, generation]);
  });

  test('a longer lease makes no socket read again, a shorter one and any other change do', () => {
    const maps = fakeMaps();
    const policies = createPolicyMap(maps, 1);
    policies.set([heads(0, 100)]);
    const begin = maps.generation;
    policies.set([heads(0, 200)]);
    assert.equal(maps.generation, begin);
    policies.set([heads(0, 150)]);
    assert.equal(maps.generation, begin + 1n);
    policies.set([heads(0, 150, 1)]);
    assert.equal(maps.generation, begin + 2n);
    policies.set([]);
    assert.deepEqual([maps.generation, maps.policies.size], [begin + 3n, 0]);
  });

  test('numbers out of range are brought into it', () => {
    const maps = fakeMaps();
    createPolicyMap(maps, 1).set([heads(3, -5, -1)]);
    assert.deepEqual(maps.policies.get(3n), { expires: 0n, cap: 0, level: 2 });
  });
});
