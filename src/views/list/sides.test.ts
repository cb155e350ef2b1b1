import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StoredRow } from '../../store/store.ts';
import { createSided, nextSide, type Side } from './sides.ts';

const row = (key: string, trace_role: string, path: string): StoredRow => {
  const [local, remote] = trace_role === 'client' ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1'];
  const [local_port, remote_port] = trace_role === 'client' ? [40_000, 80] : [80, 40_000];
  return {
    key,
    agent: 'a',
    row: { time_: 1n, trace_role, path, local_addr: local, local_port, remote_addr: remote, remote_port },
  };
};
/** One call seen from both ends, one by its client alone, one by its server alone. */
const rows = [row('c1', 'client', '/'), row('s1', 'server', '/'), row('c2', 'client', '/x'), row('s3', 'server', '/y')];

describe('the sides of a list', () => {
  test('each shows its own', () => {
    const sided = createSided({ first: 'both', subjectOf: ({ path }) => String(path) });
    const keys = (side: Side) => sided(rows, side).map(({ key }) => key);
    assert.deepEqual(keys('both'), ['c1', 's1', 'c2', 's3']);
    assert.deepEqual(keys('once'), ['c1', 'c2', 's3']);
    assert.deepEqual(keys('server'), ['s1', 's3']);
    assert.deepEqual(keys('client'), ['c1', 'c2']);
    assert.equal(sided(rows, 'client'), sided(rows, 'client'));
  });

  test('one key goes round all of them', () => {
    const round: Side[] = ['both'];
    for (let i = 0; i < 4; i += 1) round.push(nextSide(round.at(-1) ?? 'both'));
    assert.deepEqual(round, ['both', 'once', 'server', 'client', 'both']);
  });
});
