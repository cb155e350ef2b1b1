/**
 * The bundled recording of the demo, captured from the live kernel, gives the same exchanges for ever. After a change that is meant to
 * change them, look at what changed and write the new truth: KELPIE_GOLDEN=write npm run test:unit -- test/recordings/demo.test.ts
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { build, kelpie } from '../cli/run.ts';

const recording = join(import.meta.dirname, 'demo.kelpie');
const golden = join(import.meta.dirname, 'demo.golden.json');

type Row = Record<string, unknown>;

before(build);

test('the bundled recording replays to the exchanges it always had', async () => {
  const { out, err, code } = await kelpie('get', 'http', '--replay', recording, '-o', 'jsonl');
  assert.equal(code, 0, err);
  assert.doesNotMatch(err, /lost/);
  const rows: Row[] = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const truth = { rows: rows.length, sha256: digest(rows), exchanges: summary(rows) };
  if (process.env.KELPIE_GOLDEN === 'write') writeFileSync(golden, `${JSON.stringify(truth, null, 2)}\n`);
  assert.deepEqual(truth, JSON.parse(readFileSync(golden, 'utf8')));
});

/** Every column of every row, headers and bodies included. */
function digest(rows: readonly Row[]): string {
  const lines = rows.map((row) => JSON.stringify(row)).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** What a person can compare: how often who asked whom what, and how it ended. */
function summary(rows: readonly Row[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const path = String(row.req_path)
      .replace(/\?.*/, '')
      .replace(/[0-9a-f]{12,}|p-\d+/g, '*');
    const key = `${row.trace_role}: ${row.source} > ${row.destination} ${row.req_method} ${path} ${row.resp_status ?? '-'} ${row.outcome}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
