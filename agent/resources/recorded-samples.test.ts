import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../../src/domain/column.ts';
import { createPodsBelow } from '../attribution/resolvers/pods-below.ts';
import { createRecordingFacts } from '../capture/recording-facts.ts';
import { createRecordedSamples } from './recorded-samples.ts';
import { startResourceRows } from './resource-rows.ts';
import type { ResourceSample, ResourceSamples } from './sample.ts';
import { createToldSamples } from './told-samples.ts';

const samples: readonly ResourceSample[] = [
  {
    time: 1e9,
    table: 'process_stats',
    cgroup: '/demo/shop/api/app',
    values: { cpu: 0.5, memory: 10, cpu_limit: null },
  },
  { time: 2e9, table: 'network_stats', cgroup: '/demo/shop/api/app', values: { id: 'net:[1]', address: '10.0.0.1' } },
  {
    time: 3e9,
    table: 'process_stats',
    cgroup: '/demo/shop/api/app',
    values: { cpu: 0.7, memory: 11, cpu_limit: null },
  },
];

function rowsOf(source: ResourceSamples) {
  const rows: Row[] = [];
  const { tick } = startResourceRows({
    samples: source,
    resolvers: [createPodsBelow('/demo')],
    node: 'node-a',
    wallTime: (time) => BigInt(time),
    put: (_table, row) => void rows.push(row),
    isWanted: () => true,
  });
  return { rows, tick };
}

test('a recording gives the rows that were seen when it was made, each at its time', () => {
  const facts = createRecordingFacts();
  const live: ResourceSamples = {
    start(onSample) {
      for (const sample of samples) onSample(sample);
    },
    tick() {},
    stop() {},
  };
  const told = createToldSamples(live, (sample) => {
    assert.ok(facts.learn(JSON.parse(JSON.stringify({ kind: 'resource', ...sample }))));
  });
  const seen = rowsOf(told).rows;
  assert.equal(seen.length, 3);
  const replay = rowsOf(createRecordedSamples(facts.takeResources));
  replay.tick(0.9e9);
  assert.equal(replay.rows.length, 0);
  replay.tick(2.5e9);
  assert.equal(replay.rows.length, 2);
  replay.tick(Number.POSITIVE_INFINITY);
  assert.deepEqual(replay.rows, seen);
});

test('what makes no sense is no fact', () => {
  const facts = createRecordingFacts();
  const sample = { kind: 'resource', time: 1, table: 'process_stats', cgroup: '/a', values: {} };
  assert.ok(facts.learn(sample));
  for (const over of [{ time: 'x' }, { values: null }, { values: { cpu: {} } }, { cgroup: 7 }]) {
    assert.equal(facts.learn({ ...sample, ...over }), false);
  }
  assert.equal(facts.learn({ kind: 'left-out', time: 1, cgroupId: 2 }), false);
  assert.ok(facts.learn({ kind: 'left-out', time: 1, cgroupId: 2, messages: 3 }));
  assert.deepEqual(facts.takeLeftOut(5), [{ time: 1, cgroupId: 2, messages: 3 }]);
  assert.deepEqual(facts.takeLeftOut(5), []);
});
