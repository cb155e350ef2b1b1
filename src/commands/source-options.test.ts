import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { clusterConfig } from '../kubernetes/cluster-config.ts';
import { readSourceFlags, type SourceFlags } from './source-options.ts';

const home = mkdtempSync(join(tmpdir(), 'kelpie-home-'));
after(() => rmSync(home, { recursive: true }));

describe('what to watch', () => {
  const before = { HOME: process.env.HOME, KUBECONFIG: process.env.KUBECONFIG };
  beforeEach(() => {
    process.env.HOME = home;
    delete process.env.KUBECONFIG;
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const kindOf = (flags: SourceFlags, fallback?: 'demo' | 'local') => readSourceFlags(flags, fallback).choice.kind;
  const refused = (flags: SourceFlags, words: RegExp) =>
    assert.throws(
      () => readSourceFlags(flags),
      (error: { code: string; message: string }) => {
        assert.equal(error.code, 'usage');
        assert.match(error.message, words);
        return true;
      },
    );

  test('is the cluster of the kubeconfig, or this machine where there is none', () => {
    assert.deepEqual(readSourceFlags({}).choice, { kind: 'local', cgroup: '/' });
    process.env.KUBECONFIG = join(home, 'config');
    assert.deepEqual(readSourceFlags({}).choice, {
      kind: 'cluster',
      context: undefined,
      kubeconfig: undefined,
      agentNamespace: 'kelpie',
    });
    assert.equal(kindOf({}, 'local'), 'local', 'unless the command means something else by itself');
    process.env.KUBECONFIG = '';
    assert.equal(kindOf({}), 'local', 'an empty KUBECONFIG is none');
  });

  test('an empty KUBECONFIG leads to the usual place, and says so where nothing is there', async () => {
    const env = { HOME: home, KUBECONFIG: '' };
    await assert.rejects(clusterConfig({ env }), {
      code: 'usage',
      message: /neither a pod’s account nor .*\.kube\/config/,
    });
  });

  test('is a cluster as soon as a flag of clusters is given, whatever there is', () => {
    assert.equal(kindOf({ context: 'prod' }), 'cluster');
    assert.equal(kindOf({ kubeconfig: '/k' }, 'demo'), 'cluster');
    const { choice } = readSourceFlags({ agentNamespace: 'tools', context: 'prod' });
    assert.deepEqual(choice, { kind: 'cluster', context: 'prod', kubeconfig: undefined, agentNamespace: 'tools' });
  });

  test('is one thing: flags of a cluster go with no other', () => {
    refused({ context: 'prod', local: true }, /^--context goes with a cluster, not with --local\.$/);
    refused({ kubeconfig: '/k', replay: 'x.kelpie' }, /^--kubeconfig goes with a cluster, not with --replay\.$/);
    refused({ agentNamespace: 'a', demo: true }, /^--agent-namespace goes with a cluster, not with --demo\.$/);
    refused({ context: 'prod', agents: 'a:1' }, /^--context goes with a cluster, not with --agents\.$/);
    refused({ demo: true, local: true }, /--demo and --local cannot be combined/);
  });

  test('what an agent of a cluster redacts is not up to the terminal', () => {
    refused({ context: 'prod', redact: 'x-session' }, /kelpie deploy --redact/);
    refused({ context: 'prod', redact: false }, /kelpie deploy --redact/);
    assert.deepEqual(readSourceFlags({ context: 'prod', redact: true }).redact, []);
    assert.deepEqual(readSourceFlags({ local: true, redact: 'X-Session, x-b' }).redact, ['x-session', 'x-b']);
  });

  test('-n takes names of namespaces, of any source', () => {
    assert.deepEqual(readSourceFlags({ local: true, namespace: 'shop, bank-2' }).namespaces, ['shop', 'bank-2']);
    assert.deepEqual(readSourceFlags({ local: true, allNamespaces: true }).namespaces, []);
    for (const wrong of ['', 'shop,', 'Shop', '-a', 'a-', 'a/b', '*', 'a'.repeat(64)])
      refused({ local: true, namespace: wrong }, /is no name of a namespace/);
    assert.equal(readSourceFlags({ local: true, namespace: 'a'.repeat(63) }).namespaces.length, 1);
    refused({ local: true, namespace: 'shop', allNamespaces: true }, /exclude each other/);
  });

  test('a kubeconfig that is not there is said by its name, a context with those there are', async () => {
    const file = join(home, 'some');
    writeFileSync(
      file,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: 'https://c.example' } }],
        users: [{ name: 'u', user: { token: 'secret' } }],
        contexts: ['one', 'two'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } })),
        'current-context': 'one',
      }),
    );
    await assert.rejects(clusterConfig({ kubeconfig: join(home, 'nowhere') }), { message: /nor .*nowhere\.$/ });
    await assert.rejects(clusterConfig({ kubeconfig: file, context: 'three' }), {
      message: 'Kubernetes: there is no context "three"; there are one, two.',
    });
    assert.equal((await clusterConfig({ kubeconfig: file, context: 'two' })).getCurrentContext(), 'two');
  });
});
