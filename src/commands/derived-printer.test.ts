import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endpointAt } from '../agent-client/client.ts';
import type { AgentEvent } from '../domain/agent-event.ts';
import { createPodRegister } from '../domain/pods/pod-register.ts';
import { derivedTables } from '../domain/tables/index.ts';
import { containerRow, shopEnd, shopEvents, shopPods } from '../store/series/testing/shop.ts';
import { createDerivedPrinter } from './derived-printer.ts';
import { readGetRequest } from './get-request.ts';

const source = {
  name: 'replay',
  agents: [endpointAt('unix:/a')],
  pods: createPodRegister(),
  own: true,
  recorded: true,
  notice: undefined,
  ended: new Promise<string>(() => undefined),
  close: async () => undefined,
};

/** What `kelpie get TABLE --once -o jsonl` prints of a shop that falls silent: its containers are read for two seconds more. */
function printed(table: string): readonly Record<string, unknown>[] {
  const request = readGetRequest(table, { replay: 'shop.kelpie', once: true, output: 'jsonl' });
  const output: string[] = [];
  const printer = createDerivedPrinter({ request, source, output: { write: (text) => void output.push(text) } });
  const asked = new Set(printer.queries.map((query) => query.table));
  const late = [0, 1_000].map((after): AgentEvent => {
    const row = containerRow(shopPods.api, 1, shopEnd + after, 'node-a');
    return { type: 'rows', agent: 'node-a', table: 'process_stats', rows: [row] };
  });
  for (const event of [...shopEvents(), ...late])
    if (event.type !== 'rows' || asked.has(event.table)) printer.take(event);
  printer.take({ type: 'link', agent: 'node-a', link: { state: 'ended' } });
  printer.finish();
  const lines = output.join('').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

describe('kelpie get, once', () => {
  test('tells figures of the same stretch of time, whichever table', () => {
    for (const { id } of derivedTables) {
      const rows = printed(id).filter(({ rate, requests }) => Number(rate) > 0 && Number(requests) > 0);
      if (id !== 'flows') assert.ok(rows.length > 0, id);
      for (const { rate, requests } of rows) assert.equal(Math.round(Number(requests) / Number(rate)), 62, id);
    }
    const api = printed('flows').find(({ destination, port }) => destination === shopPods.api && port === 8080);
    assert.equal(Math.round(Number(api?.bytes_sent) / Number(api?.sent_rate)), 62, 'flows');
  });
});
