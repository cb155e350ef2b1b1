import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPolicyMap } from './policy-map.ts';
import type { Policy } from './source.ts';

/** Maps that hold what was written, and how often. */
function fakeMaps() {
  const policies = new Map<string, { expires: bigint; cap: number; level: number }>();
  const state = { policies, generation: 1, writes: 0 };
  const nameOf = (key: Uint8Array): string => {
    const view = new DataView(key.buffer);
    return `${view.getBigUint64(0, true)}:${view.getUint16(8, true)}`;
  };
  return Object.assign(state, {
    update(_map: string, key: Uint8Array, value: Uint8Array) {
      const view = new DataView(value.buffer);
      state.writes++;
      policies.set(nameOf(key), {
        expires: view.getBigUint64(0, true),
        cap: view.getUint32(8, true),
        level: view.getUint8(12),
      });
    },
    remove(_map: string, key: Uint8Array) {
      state.writes++;
      policies.delete(nameOf(key));
    },
    raiseGeneration() {
      state.generation++;
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
    const policies = createPolicyMap(maps, maps);
    policies.set([heads(0, 100), heads(7, 100)]);
    policies.set([heads(7, 100), { cgroupId: 9, port: 443, level: 'bodies', messageCap: 1e9, expires: 50 }]);
    assert.deepEqual(
      [...maps.policies],
      [
        ['7:0', { expires: 100n, cap: 4096, level: 2 }],
        ['9:443', { expires: 50n, cap: 65536, level: 3 }],
      ],
    );
    assert.equal(maps.generation, 3);
  });

  test('nothing new writes nothing', () => {
    const maps = fakeMaps();
    const policies = createPolicyMap(maps, maps);
    policies.set([heads(0, 100)]);
    const { writes, generation } = maps;
    policies.set([heads(0, 100)]);
    assert.deepEqual([maps.writes, maps.generation], [writes, generation]);
  });

  test('a longer lease makes no socket read again, a shorter one and any other change do', () => {
    const maps = fakeMaps();
    const policies = createPolicyMap(maps, maps);
    policies.set([heads(0, 100)]);
    const begin = maps.generation;
    policies.set([heads(0, 200)]);
    assert.equal(maps.generation, begin);
    policies.set([heads(0, 150)]);
    assert.equal(maps.generation, begin + 1);
    policies.set([heads(0, 150, 1)]);
    assert.equal(maps.generation, begin + 2);
    policies.set([]);
    assert.deepEqual([maps.generation, maps.policies.size], [begin + 3, 0]);
  });

  test('a cgroup may have one policy for each port', () => {
    const maps = fakeMaps();
    const policies = createPolicyMap(maps, maps);
    const onPort = (port: number): Policy => ({ ...heads(7, 100), port });
    policies.set([onPort(0), onPort(80), onPort(65535)]);
    assert.deepEqual([...maps.policies.keys()], ['7:0', '7:80', '7:65535']);
    policies.set([onPort(80)]);
    assert.deepEqual([...maps.policies.keys()], ['7:80']);
  });

  test('numbers out of range are brought into it', () => {
    const maps = fakeMaps();
    createPolicyMap(maps, maps).set([heads(3, -5, -1)]);
    assert.deepEqual(maps.policies.get('3:0'), { expires: 0n, cap: 0, level: 2 });
  });
});
