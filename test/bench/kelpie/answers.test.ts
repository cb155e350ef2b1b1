import assert from 'node:assert/strict';
import { test } from 'node:test';
import { targetOf } from '../sequence.ts';
import { type Answers, readAnswers } from './answers.ts';

const answers: Answers = {
  rows: [
    [40_001, targetOf(0), 200],
    [40_001, targetOf(1), 0],
  ],
  counted: { requests: 2, sampledOut: 0 },
  losses: { 'ring-full': 2, 'ring-evicted': 900, fragment: 0 },
  totals: { segments: 4 },
  ringRows: 2,
  ringBytes: 3_000,
  streamedBodyBytes: 0,
  sampledRows: 2,
  sampledBodyBytes: 2_048,
};

test('an unanswered row is seen but not captured', () => {
  assert.equal(readAnswers(answers, 'all').sightings?.compare({ connections: 1, perConnection: 2 }).captured, 1);
});

test('rows the agent let go of after sending them are no loss', () => {
  assert.deepEqual(readAnswers(answers, 'all').losses, { 'ring-full': 2 });
});

test('bodies kept are told per row', () => {
  assert.equal(readAnswers(answers, 'all').notes.bodyBytesPerSampledRow, 1_024);
});

test('where not every row was asked for, the summaries say how many there were', () => {
  const { sightings, losses } = readAnswers({ ...answers, counted: { requests: 5, sampledOut: 3 } }, 'limited');
  assert.equal(sightings?.compare({ connections: 2, perConnection: 4 }).captured, 5);
  assert.equal(losses.sampled, 3);
});
