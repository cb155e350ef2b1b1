import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RowQuery } from '../agent-client/client.ts';
import type { Needs } from '../views/view.ts';
import { createWants, podInfo, summaries, summariesOf } from './wants.ts';

const nothing: Needs = { tables: [], level: 'heads', scopes: [] };
const endpoints: Needs = {
  ...nothing,
  tables: [{ table: 'endpoint_stats', filter: '', rowsStand: true }],
};
const http: Needs = { ...nothing, tables: [{ table: 'http_events', filter: 'status>=500', rowsStand: true }] };

const tables = (queries: readonly RowQuery[]) => queries.map(({ table }) => table).join(' ');

function createWorld(agents: number) {
  let asked: readonly RowQuery[] = summariesOf(agents);
  const begun: string[] = [];
  const wants = createWants({
    client: {
      setQueries: (queries) => {
        asked = queries;
      },
      setLeases() {},
    },
    store: { renew() {}, clear() {}, isRenewing: () => false, begin: (table) => void begun.push(table) },
    agents,
    lease: { level: 'bodies', scopes: [], messageCap: 0 },
    maxRowsPerSecond: 100,
  });
  return {
    look: (needs: Needs) => wants.want(needs),
    /** Beside what is always told of pods. */
    asked: () => tables(asked.filter(({ table }) => table !== podInfo.table)),
    query: (table: string) => asked.find((query) => query.table === table),
    begun,
  };
}

describe('what the agents are asked for', () => {
  test('is every summary where they are few, whatever is looked at', () => {
    const { look, asked, begun, query } = createWorld(3);
    const all = tables(summaries);
    assert.match(all, /endpoint_stats/);
    assert.equal(asked(), all);
    look(endpoints);
    assert.equal(asked(), all);
    assert.equal(query('endpoint_stats')?.backlog, 60_000);
    look(http);
    assert.equal(asked(), `http_events ${all}`);
    assert.deepEqual(begun, []);
  });

  test('where they are many, routes are told from the first look at them on, and then go on', () => {
    const { look, asked, begun, query } = createWorld(100);
    const most = tables(summaries.filter(({ table }) => table !== 'endpoint_stats'));
    assert.equal(asked(), most);
    look(http);
    assert.equal(asked(), `http_events ${most}`);
    assert.equal(look(endpoints), false, 'no rows of a table are on their way');
    assert.equal(asked(), `${most} endpoint_stats`);
    assert.equal(query('endpoint_stats')?.backlog, 0);
    look(nothing);
    look(endpoints);
    assert.equal(asked(), `${most} endpoint_stats`);
    assert.deepEqual(begun, ['endpoint_stats'], 'once: of what came since, everything is known');
  });
});
