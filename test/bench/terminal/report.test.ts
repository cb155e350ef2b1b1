import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TerminalFigures } from './figures.ts';
import { terminalNonsense } from './nonsense.ts';
import { terminalReport } from './report.ts';

const figures: TerminalFigures = {
  columns: 200,
  rows: 50,
  starts: [
    { what: 'node, printing a word (floor)', ms: [50, 60, 55] },
    { what: 'kelpie --agents', ms: [330, 310, 350] },
  ],
  quiet: [{ what: 'kelpie, no row arrives', seconds: 10, bytes: 0, paints: [], cpuShare: 0.004 }],
  busy: {
    what: 'kelpie, 12000 rows/s arrive',
    seconds: 10,
    bytes: 20_000,
    paints: [
      { bytes: 9_000, ideal: 8_000 },
      { bytes: 11_000, ideal: 8_000 },
    ],
    cpuShare: 0.31,
    rowsPerSecond: 11_990,
    rssStart: 100 * 2 ** 20,
    rssEnd: 120 * 2 ** 20,
    peakRss: 130 * 2 ** 20,
  },
  keys: [{ what: 'kelpie, prompt', ms: [10, 20, 30], unseen: 0 }],
  underLoad: undefined,
  toScreen: undefined,
  leftOut: [],
};

describe('the report of the terminal part', () => {
  const text = terminalReport(figures);

  test('starts are compared with the floor', () => {
    assert.match(text, /kelpie --agents +\| 330 \(310–350\) +\| +6\.0 \|/);
  });

  test('a quiet screen shows zero bytes and no ratio', () => {
    assert.match(text, /no row arrives +\| +0 \| +0\.0 \| +– \| +– \| +0\.4 \|/);
  });

  test('a busy one shows bytes a paint and how far from the least they are', () => {
    assert.match(text, /12000 rows\/s arrive +\| +2000 \| +0\.2 \| 10000 \(9000–11000\) \| +1\.25 \| +31\.0 \|/);
    assert.match(
      text,
      /11990 rows\/s taken for 10 s; resident memory 100 MiB at the start, 120 at the end, 130 at most/,
    );
  });

  test('keys show the tail', () => {
    assert.match(text, /kelpie, prompt +\| +20\.0 \| +29\.8 \| +30\.0 \| +3 \| +0 \|/);
  });
});

describe('nonsense', () => {
  test('good figures are none', () => assert.deepEqual(terminalNonsense(figures), []));

  test('a terminal that painted nothing, keys without effect', () => {
    const silent = {
      ...figures,
      busy: figures.busy && { ...figures.busy, bytes: 0 },
      keys: [{ what: 'kelpie', ms: [], unseen: 16 }],
    };
    assert.match(terminalNonsense(silent).join('; '), /painted nothing.*no key had an effect \(16 pressed\)/);
  });

  test('what failed is told', () => {
    assert.deepEqual(terminalNonsense({ ...figures, leftOut: ['kelpie, quiet: it ended'] }), [
      'terminal: kelpie, quiet: it ended',
    ]);
  });
});
