import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { figuresOf, nonsense } from './capture-figures.ts';
import { contenders } from './contenders/all.ts';
import type { Turn } from './turn.ts';

const turn = (contender: string, round: number, changes: Partial<Turn> = {}): Turn => ({
  contender,
  round,
  rate: 2_000,
  achieved: 2_000,
  sent: 4_000,
  contenderCpuMs: contender.startsWith('nothing') ? 0 : 8,
  bystanderCpuMs: 0,
  idleCpu: 0.01,
  serverCpuMs: 80,
  loadCpuMs: 80,
  peakRss: 50e6,
  mapBytes: 1e6,
  completeness: { sent: 4_000, captured: 4_000, duplicates: 0, foreign: 0, share: 1 },
  losses: {},
  notes: {},
  failure: undefined,
  ...changes,
});

describe('figures of the capture part', () => {
  test('CPU is per 1,000 exchanges, ratios are per round', () => {
    const turns = [
      turn('nothing', 0, { serverCpuMs: 80 }),
      turn('kelpie', 0, { serverCpuMs: 88 }),
      turn('tcpdump', 0, { contenderCpuMs: 24 }),
      turn('nothing', 1, { serverCpuMs: 160 }),
      turn('kelpie', 1, { serverCpuMs: 176 }),
      turn('tcpdump', 1, { contenderCpuMs: 40 }),
    ];
    const figures = figuresOf(turns, contenders);
    const kelpie = figures.find((each) => each.contender === 'kelpie');
    assert.equal(kelpie?.cpuPer1k?.median, 2);
    assert.ok(Math.abs((kelpie?.serverRatio?.median ?? 0) - 1.1) < 1e-9);
    assert.deepEqual(figures.find((each) => each.contender === 'tcpdump')?.cpuToKelpie?.median, 4);
    assert.equal(figures.find((each) => each.contender === 'nothing')?.cpuPer1k, undefined);
  });

  test('the share is that of the worst round, losses add up', () => {
    const lossy = { sent: 4_000, captured: 3_000, duplicates: 0, foreign: 0, share: 0.75 };
    const [figures] = figuresOf(
      [
        turn('kelpie', 0, { losses: { 'ring-full': 2 } }),
        turn('kelpie', 1, { completeness: lossy, losses: { 'ring-full': 5 } }),
      ],
      contenders,
    );
    assert.equal(figures?.share, 0.75);
    assert.deepEqual(figures?.losses, { 'ring-full': 7 });
  });

  test('a failed turn leaves a reason and no figures', () => {
    const [figures] = figuresOf([turn('kelpie', 0, { failure: 'it ended', contenderCpuMs: Number.NaN })], contenders);
    assert.deepEqual(figures?.failures, ['it ended']);
    assert.equal(figures?.cpuPer1k, undefined);
  });
});

describe('nonsense', () => {
  const lossy = { sent: 4_000, captured: 3_999, duplicates: 0, foreign: 0, share: 3_999 / 4_000 };

  test('a good turn is none', () => {
    assert.deepEqual(nonsense([turn('kelpie', 0), turn('nothing', 0)], contenders), []);
  });

  test('counted loss is none, silent loss is', () => {
    assert.deepEqual(
      nonsense([turn('kelpie', 0, { completeness: lossy, losses: { 'ring-full': 1 } })], contenders),
      [],
    );
    assert.match(
      nonsense([turn('kelpie', 0, { completeness: lossy })], contenders).join(),
      /3999 of 4000 and counted no loss/,
    );
  });

  test('rows out of nothing, rows twice, bodies that were not kept', () => {
    const completeness = { sent: 4_000, captured: 4_000, duplicates: 3, foreign: 2, share: 1 };
    const found = nonsense([turn('kelpie', 0, { completeness, notes: { bodyBytesPerSampledRow: 0 } })], contenders);
    assert.match(found.join('; '), /3 exchanges twice.*2 rows that were never sent.*0 body bytes kept/);
  });
});
