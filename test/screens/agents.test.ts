/** :agents of a cluster: where names come from, what is kept back, and nodes without an agent. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { AgentNames, AgentPolicy, AgentStatus } from '../../src/domain/agent-status.ts';
import { assertFrame, openScreen, type Screen, selected } from './screen.ts';

const open: Screen[] = [];
after(() => Promise.all(open.map((screen) => screen.close())));

const sizes = [
  [80, 24],
  [200, 50],
] as const;

const status = (node: string, more: { names?: AgentNames; policy?: AgentPolicy } = {}): AgentStatus => ({
  node,
  version: '1.2.3',
  kernel: '6.1.0',
  source: { kind: 'live', name: '/', progress: 0 },
  started: BigInt(Date.now() - 60_000) * 1_000_000n,
  pid: 1,
  cpus: 4,
  cpuNanos: 1e9,
  rssBytes: 80e6,
  mapBytes: 20e6,
  programs: [],
  totals: { rows: 100 },
  losses: [],
  leases: [],
  ringRows: 100,
  ringBytes: 1e6,
  ...more,
});
const policy = (more: Partial<AgentPolicy> = {}): AgentPolicy => ({
  source: '/etc/kelpie/policy.yaml',
  loaded: 1n,
  problem: '',
  captureAtMost: 'bodies',
  excludeNamespaces: [],
  redactFields: [],
  pods: [],
  ...more,
});

/** The screen of one agent, at a size. */
async function agentOn([columns, rows]: readonly [number, number], told: AgentStatus): Promise<Screen> {
  const screen = await openScreen({ columns, rows, command: 'agents' });
  open.push(screen);
  screen.store.apply({ type: 'link', agent: told.node, link: { state: 'connected' } });
  screen.store.apply({ type: 'status', agent: told.node, status: told });
  await screen.tick();
  await screen.waitFor(told.node);
  await screen.press('\r');
  await screen.waitFor('kernel');
  return screen;
}

/** All that the agent's screen says, scrolled through; lines broken at its width are put together. */
async function textOf(screen: Screen): Promise<string> {
  const seen: string[] = [];
  for (let page = 0; page < 12; page += 1) {
    assertFrame(screen);
    for (const line of screen.grid()) if (!seen.includes(line)) seen.push(line);
    // What the cluster has to say stands before the losses.
    if (seen.some((line) => line.includes(' Losses'))) break;
    await screen.press('\u001b[6~');
  }
  return seen
    .map((line) => line.replaceAll(/[│|]/g, ' '))
    .join(' ')
    .replaceAll(/\s+/g, ' ');
}

for (const size of sizes) {
  describe(`an agent of a cluster at ${size.join('x')}`, () => {
    test('says of how many pods it knows names, or since when it does not', async () => {
      const asked = async (names: AgentNames) => textOf(await agentOn(size, status('node-1', { names })));
      assert.match(await asked({ state: 'synced', reason: '', pods: 1 }), /names of 1 pod, by the API server/);
      assert.match(await asked({ state: 'connecting', reason: '', pods: 0 }), /asking the API server for the pods/);
      const away = await asked({
        state: 'away',
        reason: 'not allowed to read pods (403): it takes get, list and watch on pods',
        pods: 1200,
      });
      assert.match(away, /names as they were \(1,200 pods\): not allowed to read pods \(403\)/);
      assert.match(away, /it takes get, list and watch on pods/, 'to its end, however narrow it is');
    });

    test('says what is kept back of which pods, and by what', async () => {
      const kept = policy({
        captureAtMost: 'heads',
        excludeNamespaces: ['vault', 'bank'],
        redactFields: ['x-session'],
        pods: [
          { pod: 'vault/vault-0', level: 'off', reason: 'the policy leaves vault out' },
          { pod: 'shop/ledger-6b7f94c5d-q9wzt', level: 'flows', reason: 'annotation of the pod' },
        ],
      });
      const text = await textOf(await agentOn(size, status('node-1', { policy: kept })));
      assert.match(text, /policy heads at most; not vault, bank; secret too: x-session; 2 pods kept back/);
      assert.match(text, /Kept back by the policy/);
      assert.match(text, /vault\/vault-0 off the policy leaves vault out/);
      assert.match(text, /shop\/ledger-6b7f94c5d-q9wzt flows annotation of the pod/);
      const long = policy({
        pods: [
          {
            pod: `payments/${'ledger-of-accounts-'.repeat(2)}6b7f94c5d-q9wzt`,
            level: 'off',
            reason: 'annotation of the namespace is none of off, flows, heads, bodies: taken as off',
          },
        ],
      });
      assert.match(await textOf(await agentOn(size, status('node-1', { policy: long }))), /bodies: taken as off/);
    });

    test('says that a policy cannot be read, and that the one before stays', async () => {
      const problem = 'captureAtMost is none of off, flows, heads, bodies';
      const text = await textOf(await agentOn(size, status('node-1', { policy: policy({ problem }) })));
      assert.match(text, /policy keeps nothing back/);
      assert.match(text, /the one there is now cannot be read, this one stays: captureAtMost is none of off/);
    });

    test('shows no more of a name than a name: what somebody writes into an annotation moves no cursor', async () => {
      const hostile = policy({
        problem: 'a\u001b[2Jb',
        pods: [{ pod: 'x/\u001b]0;owned\u0007y', level: 'off\u001b[H', reason: 'r\u202Es' }],
      });
      const screen = await agentOn(size, status('node-1', { policy: hostile }));
      const text = await textOf(screen);
      for (const control of ['\u0000', '\u0007', '\u001b', '\u202E']) assert.ok(!text.includes(control));
    });

    test('nodes without one are among the others, with the reason', async () => {
      const [columns, rows] = size;
      const screen = await openScreen({ columns, rows, command: 'agents' });
      open.push(screen);
      screen.store.apply({ type: 'link', agent: 'node-1', link: { state: 'connected' } });
      screen.store.apply({ type: 'status', agent: 'node-1', status: status('node-1') });
      const reason = 'its image cannot be pulled (ErrImagePull): choose another with kelpie deploy --image';
      screen.store.apply({ type: 'link', agent: 'node-2', link: { state: 'absent', reason } });
      await screen.tick();
      await screen.waitFor(/node-2.*absent|absent.*node-2/);
      assertFrame(screen);
      for (let n = 0; n < 3 && !selected(screen).includes('node-2'); n += 1) await screen.press('j');
      await screen.press('\r');
      await screen.waitFor('agent(node-2)');
      await screen.waitFor(/its image cannot be pulled \(ErrImagePull\)/);
      assert.match(await textOf(screen), /choose another with kelpie deploy --image/);
      screen.store.apply({ type: 'gone', agent: 'node-2' });
      await screen.tick();
      assertFrame(screen);
    });
  });
}
