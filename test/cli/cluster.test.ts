/** The commands of clusters as a shell runs them, against an API server of the test (test/wire/api-server.ts): what they say, how they end, and what they never say. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { agentName, agentSelector } from '../../deploy/manifests/names.ts';
import { type ApiServer, startApiServer, token } from '../wire/api-server.ts';
import { until } from '../wire/scripted-agent.ts';
import { build, kelpie, type Ran } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'kelpie-cli-'));
const kubeconfig = join(folder, 'kubeconfig');
after(() => rmSync(folder, { recursive: true }));
before(build);

describe('commands of a cluster', () => {
  let api: ApiServer;
  beforeEach(async () => {
    api = await startApiServer();
    writeFileSync(kubeconfig, api.kubeconfig);
    process.env.KELPIE_DEBUG = '1';
  });
  afterEach(async () => {
    delete process.env.KELPIE_DEBUG;
    await api.close();
  });

  /** Whatever it was, nothing secret is in what was written, not with the stack either. */
  const run = async (...args: string[]): Promise<Ran> => {
    const ran = await kelpie(...args, '--kubeconfig', kubeconfig);
    const data = api.find('/api/v1/namespaces/kelpie/secrets/kelpie-agent-key')?.data as { key?: string } | undefined;
    const key = data?.key ?? 'no key';
    for (const secret of [token, key, Buffer.from(key, 'base64').toString()])
      assert.ok(secret === '' || !`${ran.out}${ran.err}`.includes(secret), args.join(' '));
    return ran;
  };
  const changed = () => api.requests.filter(({ method, query }) => method !== 'GET' && query.dryRun === undefined);

  test('deploy --dry-run changes nothing; deploy does; upgrade --rotate-key changes the key; undeploy leaves nothing', async () => {
    const trial = await run('deploy', '--dry-run', '--capture-at-most', 'heads');
    assert.equal(trial.code, 0, trial.err);
    assert.match(trial.err, /would be created: DaemonSet kelpie\/kelpie-agent/);
    assert.deepEqual(changed(), []);

    const none = await run('upgrade', '--no-wait');
    assert.equal(none.code, 3);
    assert.match(none.err, /there are no agents in the namespace kelpie to upgrade\. kelpie deploy puts them there/);

    const made = await run('deploy', '--no-wait', '--capture-at-most', 'heads');
    assert.equal(made.code, 0, made.err);
    assert.match(made.err, /created: DaemonSet kelpie\/kelpie-agent/);
    const rotated = await run('upgrade', '--no-wait', '--rotate-key');
    assert.match(rotated.err, /changed: Secret kelpie\/kelpie-agent-key/);
    const policy = api.find('/api/v1/namespaces/kelpie/configmaps/kelpie-policy')?.data as Record<string, string>;
    assert.match(policy['policy.yaml'] ?? '', /^captureAtMost: "heads"$/m, 'what was chosen stays');

    const gone = await run('undeploy');
    assert.equal(gone.code, 0, gone.err);
    assert.match(gone.err, /removed: Namespace kelpie\n.*nothing of Kelpie is left/);
    assert.equal(api.find(`/apis/apps/v1/namespaces/kelpie/daemonsets/${agentName}`), undefined);
    assert.match((await run('undeploy')).err, /there was nothing of Kelpie there/);
  });

  test('undeploy tells of each node while it waits, and what it waits for', async () => {
    await run('deploy', '--no-wait', '-q');
    const sets = '/apis/apps/v1/namespaces/kelpie/daemonsets';
    const found = api.find(`${sets}/${agentName}`);
    assert.ok(found);
    api.put(sets, { ...found, metadata: { ...found.metadata, finalizers: ['foregroundDeletion'] } });
    const pods = '/api/v1/namespaces/kelpie/pods';
    const pod = (n: number, more: object = {}) => ({
      metadata: { name: `agent-${n}`, uid: `uid-${n}`, labels: agentSelector, ...more },
      spec: { nodeName: `node-${n}` },
    });
    for (const n of [1, 2]) api.put(pods, pod(n));
    const ran = run('undeploy');
    const asked = (method: string, end: string) =>
      api.requests.filter((request) => request.method === method && request.path.endsWith(end)).length;
    await until('the agents are to go', () => asked('DELETE', agentName) > 0 && api.watches('/pods') > 0);
    for (const n of [1, 2]) api.put(pods, pod(n, { deletionTimestamp: new Date().toISOString() }));
    api.remove(pods, 'uid-2');
    api.remove(pods, 'uid-1');
    const before = asked('GET', `daemonsets/${agentName}`);
    await until('it looks again', () => asked('GET', `daemonsets/${agentName}`) > before + 1);
    api.remove(sets, String(api.find(`${sets}/${agentName}`)?.metadata.uid));
    const { code, err } = await ran;
    assert.equal(code, 0, err);
    const lines = err.split('\n').map((line) => line.replace(/^kelpie: +/, ''));
    const at = (line: string) => {
      const index = lines.indexOf(line);
      assert.ok(index >= 0, `${line}: ${err}`);
      return index;
    };
    at(`waiting until it is gone: DaemonSet kelpie/${agentName}`);
    for (const node of ['node-1', 'node-2'])
      assert.ok(at(`${node}: its agent ends`) < at(`${node}: its agent is gone`));
    assert.ok(at('node-1: its agent is gone') < at(`removed: DaemonSet kelpie/${agentName}`));
  });

  test('demo deploy puts kuard there, demo undeploy takes it away', async () => {
    const made = await run('demo', 'deploy', 'kuard', '--no-wait');
    assert.equal(made.code, 0, made.err);
    assert.match(made.err, /created: Deployment kelpie-demo\/kuard/);
    assert.equal((await run('demo', 'undeploy')).code, 0);
    assert.equal(api.find('/api/v1/namespaces/kelpie-demo'), undefined);
  });

  test('an API server that refuses, or is away, is said in one line with what to do, and ends it with 3', async () => {
    delete process.env.KELPIE_DEBUG;
    api.trouble = ({ path }) => (path === '/version' ? undefined : 'podsForbidden');
    const status = await run('status');
    assert.equal(status.code, 3);
    assert.match(status.err, /agents cannot be looked for: not allowed to read pods in the namespace kelpie \(403\)/);
    api.trouble = ({ method }) => (method === 'PATCH' ? 'gatekeeper' : undefined);
    const deploy = await run('deploy', '--no-wait');
    assert.equal(deploy.code, 3);
    assert.match(deploy.err, /Namespace kelpie: .*An admission policy of the cluster \(validation\.gatekeeper\.sh\)/);
    api.trouble = () => 'unauthorized';
    assert.match(
      (await run('status')).err,
      /test \(http:.*\): the API server refuses the credentials \(401\): sign in/,
    );
    await api.stop();
    process.env.KELPIE_DEBUG = '1';
    const away = await run('get', 'http');
    assert.equal(away.code, 3);
    assert.match(away.err, /cannot be reached: ECONNREFUSED/);
  });

  test('status tells each node, also those without an agent, and ends with 1 where one is missing', async () => {
    await run('deploy', '--no-wait', '-q');
    const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
    api.put('/api/v1/nodes', { metadata: { name: 'node-1', uid: 'u1' }, status: ready });
    const ran = await run('status', '-q');
    assert.equal(ran.code, 1, ran.err);
    assert.match(ran.out, /0 of 1 agents up/);
    assert.match(ran.out, /node-1 +absent/);
    assert.match(ran.out, /node-1: no pod of it is there yet: if none comes, a node selector or tolerations/);
    const json = JSON.parse((await run('status', '-q', '-o', 'json')).out);
    assert.deepEqual([json.agents[0].node, json.agents[0].state], ['node-1', 'absent']);
  });
});
