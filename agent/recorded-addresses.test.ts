import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordingFacts } from './capture/recording-facts.ts';
import type { RecordingFact } from './capture/recording-format.ts';
import { createRecordedAddresses } from './recorded-addresses.ts';

test('addresses of pods are the same when the recording is played; each is told once, and again when it moves', () => {
  const told: RecordingFact[] = [];
  let holder = 7;
  const addresses = createRecordedAddresses(
    {
      cgroupAt: (address) => (address === '10.0.0.5' ? holder : undefined),
      isOwn: (address) => address === '10.0.0.1',
    },
    (fact) => void told.push(fact),
  );
  for (let i = 0; i < 3; i++) assert.equal(addresses.cgroupAt('10.0.0.5'), 7);
  assert.equal(addresses.cgroupAt('10.0.0.6'), undefined);
  holder = 8;
  assert.equal(addresses.cgroupAt('10.0.0.5'), 8);
  for (let i = 0; i < 3; i++) assert.ok(addresses.isOwn('10.0.0.1'));
  assert.ok(!addresses.isOwn('10.0.0.5'));
  assert.equal(told.length, 3);

  const facts = createRecordingFacts();
  for (const fact of told) assert.ok(facts.learn(JSON.parse(JSON.stringify(fact))));
  assert.equal(facts.cgroupAt('10.0.0.5'), 8);
  assert.equal(facts.cgroupAt('10.0.0.6'), undefined);
  assert.ok(facts.isOwn('10.0.0.1') && !facts.isOwn('10.0.0.5'));
  assert.equal(facts.learn({ kind: 'address', address: 5, cgroupId: 8 }), false);
});
