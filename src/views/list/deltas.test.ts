import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { services } from '../../domain/tables/derived/services.ts';
import type { StoredRow } from '../../store/store.ts';
import { createDeltas } from './deltas.ts';

const row = (figures: Record<string, number | null>): StoredRow => ({ key: 'a', agent: '', row: figures });

function movesBetween(before: Record<string, number | null>, after: Record<string, number | null>) {
  const deltas = createDeltas(services);
  for (const stored of [row(before), row(after)]) {
    deltas.see([stored]);
    deltas.of(stored);
  }
  return Object.fromEntries(deltas.of(row(after)) ?? []);
}

describe('what moved', () => {
  test('a fifth up or down is marked, less is not', () => {
    const before = { rate: 100, p99: 100e6, errors: 0.1 };
    assert.deepEqual(movesBetween(before, { rate: 130, p99: 70e6, errors: 0.11 }), { rate: 1, p99: -1 });
  });

  test('what is too small to matter is not, whatever the share', () => {
    assert.deepEqual(movesBetween({ rate: 0.1, p99: 100e3, errors: 0 }, { rate: 0.3, p99: 300e3, errors: 0.001 }), {});
  });

  test('what was not known, or is not any more, has not moved', () => {
    assert.deepEqual(movesBetween({ p50: null, p99: 9e6 }, { p50: 5e6, p99: null }), {});
  });

  test('the next news takes the mark away; the same news keeps it', () => {
    const deltas = createDeltas(services);
    const [first, second] = [row({ rate: 10 }), row({ rate: 20 })];
    deltas.see([first]);
    assert.equal(deltas.of(first), undefined);
    const news = [second];
    deltas.see(news);
    assert.equal(deltas.of(second)?.get('rate'), 1);
    deltas.see(news);
    assert.equal(deltas.of(second)?.get('rate'), 1);
    deltas.see([second]);
    assert.equal(deltas.of(second), undefined);
  });

  test('a row that was not on the screen before has no mark', () => {
    const deltas = createDeltas(services);
    deltas.see([row({ rate: 10 })]);
    const now = row({ rate: 90 });
    deltas.see([now]);
    assert.equal(deltas.of(now), undefined);
  });
});
