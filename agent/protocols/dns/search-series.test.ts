import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endsOf } from '../../capture/ends.ts';
import { Conversation } from './conversation.ts';
import { Question } from './question.ts';
import { createSearchSeries } from './search-series.ts';

const second = 1e9;
const ends = endsOf({
  cookie: 1,
  cgroupId: 1,
  netnsCookie: 1,
  comm: 'app',
  pid: 100,
  role: 'client',
  localAddress: '10.0.0.1',
  localPort: 40_000,
  remoteAddress: '10.0.0.53',
  remotePort: 53,
});

function question(name: string, time: number): Question {
  const conversation = new Conversation(ends, time, () => ({}));
  const asked = { name, type: 1, class: 1 };
  return new Question({ conversation, role: 'client', messageId: 1, number: 1, asked, opcode: 0, time, size: 40 });
}

function failed(name: string, time: number): Question {
  const one = question(name, time);
  one.overTime = time;
  return one;
}

test('a failed question is one of a series while the next comes at once, also after a tick', () => {
  const series = createSearchSeries();
  const first = failed('api.shop.svc.cluster.local', 10 * second);
  series.failed(first);
  series.tick(10.1 * second);
  const next = question('api.svc.cluster.local', 10.1 * second);
  assert.deepEqual(series.asked(next), [first]);
  assert.deepEqual([first.searchOf, next.searchOf], ['api', 'api']);
});

test('a series that is over is forgotten: nothing of it is kept', () => {
  const series = createSearchSeries();
  const first = failed('api.shop.svc.cluster.local', 10 * second);
  series.failed(first);
  series.tick(13 * second);
  // A clock that went back would find it, were it still there.
  assert.deepEqual(series.asked(question('api.svc.cluster.local', 10.1 * second)), []);
  assert.equal(first.searchOf, null);
});
