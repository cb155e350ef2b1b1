import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LinkState } from '../domain/agent-event.ts';
import { AppError } from '../domain/errors.ts';
import { type AgentWatchOptions, createAgentWatch } from './agent-watch.ts';

const broken = (attempt: number, error?: AppError): LinkState => ({
  state: 'retrying',
  reason: 'the connection broke',
  attempt,
  retryAt: 0,
  ...(error && { error }),
});
const noKey = new AppError('permission', { what: 'the token is not signed with the key', remedy: '' });

function watchOn(agents: readonly string[], options: Partial<AgentWatchOptions> = {}) {
  const warned: string[] = [];
  const watch = createAgentWatch({ agents, own: false, patient: false, warn: (line) => warned.push(line), ...options });
  const outcome: { how?: 'finished' | AppError } = {};
  watch.finished.then(
    () => Object.assign(outcome, { how: 'finished' }),
    (error: AppError) => Object.assign(outcome, { how: error }),
  );
  return {
    warned,
    losses: watch.losses,
    note: watch.note,
    link: (agent: string, link: LinkState) => watch.note({ type: 'link', agent, link }),
    /** How it ended, if it has. */
    async how() {
      await new Promise(setImmediate);
      return outcome.how;
    },
    isConnected: () => Promise.race([watch.connected.then(() => true), Promise.resolve().then(() => false)]),
  };
}

describe('agents of a cluster, for a command without a screen', () => {
  test('are done when each has said all it had', async () => {
    const { link, how } = watchOn(['node-1', 'node-2']);
    for (const agent of ['node-1', 'node-2']) link(agent, { state: 'connected' });
    link('node-1', { state: 'ended' });
    assert.equal(await how(), undefined);
    link('node-2', { state: 'ended' });
    assert.equal(await how(), 'finished');
  });

  test('nobody waits for one whose node leaves, or whose pod ends', async () => {
    const { link, note, how, warned } = watchOn(['node-1', 'node-2', 'node-3']);
    link('node-1', { state: 'ended' });
    link('node-2', { state: 'connected' });
    note({ type: 'gone', agent: 'node-2' });
    assert.equal(await how(), undefined);
    link('node-3', { state: 'absent', reason: 'its pod is being deleted' });
    assert.equal(await how(), 'finished');
    assert.deepEqual(warned, ['no agent on node-3: its pod is being deleted']);
  });

  test('the only one may come back: its pod is replaced', async () => {
    const { link, note, how } = watchOn(['node-1']);
    link('node-1', { state: 'connected' });
    note({ type: 'gone', agent: 'node-1' });
    link('node-1', { state: 'absent', reason: 'its pod is starting' });
    assert.equal(await how(), undefined);
    link('node-1', { state: 'connecting' });
    link('node-1', { state: 'ended' });
    assert.equal(await how(), 'finished');
  });

  test('one that comes later is waited for like the others', async () => {
    const { link, how } = watchOn(['node-1']);
    link('node-2', { state: 'connecting' });
    link('node-1', { state: 'ended' });
    assert.equal(await how(), undefined);
    link('node-2', { state: 'ended' });
    assert.equal(await how(), 'finished');
  });

  test('that refuse from the start are given up at once, and that is the outcome where there is no other', async () => {
    const { link, how, warned } = watchOn(['node-1', 'node-2']);
    link('node-1', broken(1, noKey));
    assert.equal(await how(), undefined);
    link('node-2', broken(1, noKey));
    assert.equal(await how(), noKey);
    assert.equal(warned.length, 2);
  });

  test('that let one in before have another key by now, and are tried again', async () => {
    const { link, how, warned, isConnected } = watchOn(['node-1'], { patient: true });
    assert.equal(await isConnected(), false);
    link('node-1', { state: 'connected' });
    assert.equal(await isConnected(), true);
    link('node-1', broken(1, noKey));
    for (let attempt = 2; attempt < 9; attempt += 1) link('node-1', broken(attempt));
    assert.equal(await how(), undefined);
    link('node-1', { state: 'connected' });
    assert.deepEqual(warned, ['lost node-1: the connection broke; retrying', 'node-1 is back']);
  });

  test('of several that cannot be reached one that answers is enough', async () => {
    const { link, how } = watchOn(['node-1', 'node-2']);
    for (let attempt = 1; attempt <= 4; attempt += 1) link('node-1', broken(attempt));
    link('node-2', { state: 'ended' });
    assert.equal(await how(), 'finished');
  });
});
