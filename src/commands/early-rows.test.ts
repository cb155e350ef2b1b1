import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFilter } from '../domain/filter/parse.ts';
import { createPodRegister } from '../domain/pods/pod-register.ts';
import { exampleHttpEvent } from '../domain/tables/example-http-event.ts';
import { httpEvents } from '../domain/tables/http-events.ts';
import { createEarlyRows } from './early-rows.ts';

test('rows wait for who tells whose their pods are, and no longer', () => {
  const pods = createPodRegister();
  const result = parseFilter(httpEvents, 'to.owner=api status=200', pods);
  assert.ok(result.ok);
  const early = createEarlyRows(result.filter);
  const to = (id: string, destination: string, resp_status = 200) =>
    early.put('a', exampleHttpEvent({ id, source: 'x', destination, resp_status }));
  to('1', 'shop/api-0');
  to('2', 'shop/other-0');
  to('3', 'shop/api-0', 500);
  assert.deepEqual(early.takeKnown(), []);
  pods.put({ pod: 'shop/other-0', owner: 'StatefulSet/other', labels: [], time: 1 });
  assert.deepEqual(early.takeKnown(), []);
  pods.put({ pod: 'shop/api-0', owner: 'StatefulSet/api', labels: [], time: 1 });
  assert.deepEqual(
    early.takeKnown().map(([agent, { id }]) => [agent, id]),
    [['a', '1']],
  );
  pods.put({ pod: 'shop/other-0', owner: 'StatefulSet/api', labels: [], time: 2 });
  assert.deepEqual(early.takeKnown(), [], 'what was known to be something else is let go of');
});
