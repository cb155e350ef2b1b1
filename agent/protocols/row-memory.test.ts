import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RowMemory } from './row-memory.ts';

describe('memory of rows', () => {
  const fill = (memory: RowMemory, rows: number, bytes: number) =>
    Array.from({ length: rows }, () => {
      const chunk = memory.reserve(bytes);
      return { chunk, generation: chunk.generation, at: memory.commit(chunk, bytes) };
    });

  test('gives every row its own place, aligned to eight bytes', () => {
    const rows = fill(new RowMemory(), 3000, 1001);
    const ends = new Map<object, number>();
    for (const { chunk, at } of rows) {
      assert.equal(at % 8, 0);
      assert.ok(at >= (ends.get(chunk) ?? 0), 'behind the row before');
      assert.ok(at + 1001 <= chunk.bytes.length);
      ends.set(chunk, at + 1001);
    }
  });

  test('is used again when its last row was let go of, and its rows can tell', () => {
    const memory = new RowMemory();
    const first = fill(memory, 2000, 1024);
    const chunks = new Set(first.map(({ chunk }) => chunk));
    for (const { chunk } of first) memory.release(chunk);
    const second = fill(memory, 900, 1024);
    assert.ok(second.some(({ chunk }) => chunks.has(chunk)));
    assert.ok(first.some(({ chunk, generation }) => chunk.generation !== generation));
    for (const { chunk, generation } of second) assert.equal(chunk.generation, generation);
  });

  test('is never used again under a row that is still kept', () => {
    const memory = new RowMemory();
    const rows = fill(memory, 3000, 1024);
    const kept = rows.filter((_, i) => i % 1000 === 0);
    for (const row of rows) if (!kept.includes(row)) memory.release(row.chunk);
    fill(memory, 5000, 1024);
    for (const { chunk, generation } of kept) assert.equal(chunk.generation, generation);
  });

  test('has room for a row larger than a chunk', () => {
    const memory = new RowMemory();
    const chunk = memory.reserve(3 << 20);
    assert.equal(memory.commit(chunk, 3 << 20), 0);
    assert.ok(chunk.bytes.length >= 3 << 20);
  });
});
