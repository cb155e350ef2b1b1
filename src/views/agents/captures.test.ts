import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lossReasons } from '../../domain/agent-status.ts';
import type { AgentState } from '../../store/store.ts';
import { plainText } from '../../tui/styled-line.ts';
import { captureLines, capturesOf, captureText, leftOutShare } from './captures.ts';
import { remedies } from './remedies.ts';

const lease = (client: string, level: string, scope: string, remainingMs = 10_000) => ({
  client,
  level,
  scope,
  remainingMs,
});
const state = (leases: ReturnType<typeof lease>[], rates: Record<string, number> = {}, kind = 'live'): AgentState =>
  ({ status: { leases, source: { kind, name: '', progress: 0 } }, rates }) as unknown as AgentState;
const text = (of: AgentState) => captureLines(of).map(plainText).join('\n');

describe('what an agent captures', () => {
  test('of each scope the deepest level anybody holds', () => {
    const captures = capturesOf([
      lease('a', 'heads', ''),
      lease('b', 'heads', '', 12_000),
      lease('a', 'bodies', 'shop/api'),
      lease('b', 'heads', 'shop/api'),
    ]);
    assert.deepEqual(captures, [
      { level: 'bodies', scope: 'shop/api', holders: 1, remainingMs: 10_000 },
      { level: 'heads', scope: '', holders: 2, remainingMs: 12_000 },
    ]);
  });

  test('in a column: the deepest, and of how much', () => {
    assert.equal(captureText(state([])).text, 'counters only');
    assert.equal(captureText(state([lease('a', 'bodies', '')])).text, 'bodies of all');
    assert.equal(captureText(state([lease('a', 'heads', 'everything')])).text, 'heads of all');
    assert.equal(
      captureText(state([lease('a', 'bodies', 'x/y'), lease('a', 'bodies', 'x/z'), lease('b', 'heads', '')])).text,
      'bodies of 2 pods',
    );
    assert.equal(captureText(state([], {}, 'recording')).text, 'as recorded');
  });

  test('over budget it says how much is left out', () => {
    const over = state([lease('a', 'bodies', '')], { captured_bytes: 3e6, sampled_bytes: 1e6, sampled_messages: 120 });
    assert.equal(leftOutShare(over), 0.25);
    assert.match(text(over), /over budget: 120\/s messages, 1M\/s \(25\.0%\) are counted but not read/);
    assert.match(text(state([lease('a', 'bodies', '')])), /within budget/);
  });

  test('remedies are for reasons there are', () => {
    assert.deepEqual(
      Object.keys(remedies).filter((reason) => !(reason in lossReasons)),
      [],
    );
  });
});
