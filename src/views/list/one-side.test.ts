import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StoredRow } from '../../store/store.ts';
import { oneSide } from './one-side.ts';

const client = (id: string, time: bigint, port = 40_000, path = '/'): StoredRow => ({
  key: id,
  agent: 'a',
  row: {
    time_: time,
    trace_role: 'client',
    local_addr: '10.0.0.1',
    local_port: port,
    remote_addr: '10.96.0.9',
    remote_port: 80,
    path,
  },
});
/** As the server sees it: its own address, where the client asked for a virtual one. */
const server = (id: string, time: bigint, port = 40_000, path = '/'): StoredRow => ({
  key: id,
  agent: 'b',
  row: {
    time_: time,
    trace_role: 'server',
    local_addr: '10.0.0.2',
    local_port: 8080,
    remote_addr: '10.0.0.1',
    remote_port: port,
    path,
  },
});
const shown = (...rows: StoredRow[]) => {
  const sides = oneSide(rows, (row) => String(row.path));
  return {
    rows: sides.rows.map(({ key }) => key).join(' '),
    both: [...sides.both].map(({ key }) => key).join(' '),
  };
};

describe('what was seen from both ends', () => {
  test('is shown once, as the client saw it, whichever came first', () => {
    assert.deepEqual(shown(client('c', 10n), server('s', 12n)), { rows: 'c', both: 'c' });
    assert.deepEqual(shown(server('s', 12n), client('c', 10n)), { rows: 'c', both: 'c' });
  });

  test('one end alone stays', () => {
    assert.deepEqual(shown(server('s', 1n), client('c', 1n, 40_001)), { rows: 's c', both: '' });
    assert.deepEqual(shown(client('c', 1n), server('s', 1n, 40_000, '/other')), { rows: 'c s', both: '' });
    assert.deepEqual(shown(client('c', 1n), server('s', 5_000_000_000n)), { rows: 'c s', both: '' });
  });

  test('of several alike on one connection each meets one, none is lost', () => {
    const rows = [client('c1', 1n), server('s1', 2n), client('c2', 3n), server('s2', 4n), server('s3', 5n)];
    assert.deepEqual(shown(...rows), { rows: 'c1 c2 s3', both: 'c1 c2' });
  });
});
