import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { layoutColumns } from '../../domain/layout.ts';
import { exampleHttpEvent } from '../../domain/tables/example-http-event.ts';
import { httpEvents } from '../../domain/tables/http-events.ts';
import { ambiguousIn } from './ambiguous.ts';

const columns = layoutColumns(httpEvents, { width: 80 });
const call = (source: string, destination: string) => {
  return { key: `${source} ${destination}`, agent: 'a', row: exampleHttpEvent({ source, destination }) };
};
const ambiguous = (...rows: ReturnType<typeof call>[]) => [...ambiguousIn(columns, rows)];

describe('names that need their namespace', () => {
  test('are those of workloads in several namespaces on the screen', () => {
    const prod = call('prod/web-7d9f8b5c6-x2k4l', 'prod/api-7d9f8b5c6-x2k4l');
    const staging = call('staging/web-5d9f8b5c6-8mq4t', 'staging/cart-0');
    assert.deepEqual(ambiguous(prod, staging), ['web']);
    assert.deepEqual(ambiguous(prod), []);
  });

  test('replicas and what is no pod are not meant', () => {
    const replicas = call('prod/api-7d9f8b5c6-x2k4l', 'prod/api-7d9f8b5c6-8mq4t');
    assert.deepEqual(ambiguous(replicas, call('api', 'api.example.com:443')), []);
  });
});
