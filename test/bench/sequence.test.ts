import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSightings, targetOf, warmUpPrefix } from './sequence.ts';

const sent = { connections: 2, perConnection: 3 };

function seeAll() {
  const sightings = createSightings();
  for (const port of [40_001, 40_002]) {
    for (let number = 0; number < 3; number += 1) {
      sightings.request(port, targetOf(number));
      sightings.response(port);
    }
  }
  return sightings;
}

describe('captured against sent', () => {
  test('everything seen once is complete', () => {
    assert.deepEqual(seeAll().compare(sent), { sent: 6, captured: 6, duplicates: 0, foreign: 0, share: 1 });
  });

  test('a request without its answer is not captured', () => {
    const sightings = createSightings();
    sightings.request(40_001, targetOf(0));
    assert.equal(sightings.compare(sent).captured, 0);
  });

  test('seeing one request twice does not make up for one that was missed', () => {
    const sightings = createSightings();
    for (let copy = 0; copy < 6; copy += 1) {
      sightings.request(40_001, targetOf(1));
      sightings.response(40_001);
    }
    assert.deepEqual(sightings.compare(sent), { sent: 6, captured: 1, duplicates: 5, foreign: 0, share: 1 / 6 });
  });

  test('the warm-up before is neither captured nor foreign', () => {
    const sightings = seeAll();
    sightings.request(39_999, `${warmUpPrefix}${targetOf(0)}`);
    sightings.response(39_999);
    assert.deepEqual(sightings.compare(sent), { sent: 6, captured: 6, duplicates: 0, foreign: 0, share: 1 });
  });

  test('what was never sent is foreign, not captured', () => {
    const sightings = seeAll();
    sightings.request(40_001, targetOf(3));
    sightings.request(40_001, '/favicon.ico');
    assert.equal(sightings.compare(sent).foreign, 2);
    assert.equal(sightings.compare(sent).captured, 6);
  });
});
