/** What is chosen with `kelpie deploy` and `kelpie upgrade`, as a shell has it: what is put on the cluster, what stays, what is refused. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { V1DaemonSet, V1RoleBinding } from '@kubernetes/client-node';
import { loadAll } from 'js-yaml';
import { type ApiServer, startApiServer } from '../wire/api-server.ts';
import { build, kelpie, type Ran } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'kelpie-deploy-'));
const kubeconfig = join(folder, 'kubeconfig');
after(() => rmSync(folder, { recursive: true }));
before(build);

/** As a person without Helm would have it. */
const choice = [
  '--run-as-root',
  '--viewers',
  'group:oidc:sre,serviceaccount:ops/bastion',
  '--capture-by-default',
  'off',
  '--pull-secret',
  'registry',
  '--set',
  'resources.limits.memory=1Gi',
  '--set',
  'nodeSelector.pool=shop',
  '--set',
  'tolerations=[{key: gpu, operator: Exists}]',
  '--set',
  'priorityClassName=monitoring',
];

describe('what is chosen', () => {
  let api: ApiServer;
  beforeEach(async () => {
    api = await startApiServer();
    writeFileSync(kubeconfig, api.kubeconfig);
  });
  afterEach(() => api.close());

  const run = (...args: string[]): Promise<Ran> => kelpie(...args, '--kubeconfig', kubeconfig);
  const put = async (...args: string[]): Promise<string> => {
    const ran = await run(...args, '--no-wait');
    assert.equal(ran.code, 0, ran.err);
    return ran.err;
  };
  const pod = () => {
    const found = api.find('/apis/apps/v1/namespaces/kelpie/daemonsets/kelpie-agent') as unknown as V1DaemonSet;
    const { containers = [], ...spec } = found.spec?.template.spec ?? {};
    return { ...spec, container: containers[0] };
  };
  const policy = (): string => JSON.stringify(api.find('/api/v1/namespaces/kelpie/configmaps/kelpie-policy')?.data);
  const bindings = [
    '/apis/rbac.authorization.k8s.io/v1/namespaces/kelpie/rolebindings/kelpie-viewer',
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/kelpie-viewer-names',
  ];
  const viewers = () =>
    bindings.map((path) =>
      (api.find(path) as unknown as V1RoleBinding | undefined)?.subjects?.map(({ kind, name }) => `${kind} ${name}`),
    );

  const isAsChosen = () => {
    const { container, nodeSelector, tolerations, priorityClassName, imagePullSecrets } = pod();
    assert.deepEqual([container?.securityContext?.runAsUser, container?.securityContext?.runAsNonRoot], [0, false]);
    assert.deepEqual(container?.resources?.limits, { cpu: '1', memory: '1Gi' });
    assert.deepEqual(nodeSelector, { 'kubernetes.io/os': 'linux', pool: 'shop' });
    assert.deepEqual(tolerations, [{ key: 'gpu', operator: 'Exists' }]);
    assert.deepEqual([priorityClassName, imagePullSecrets], ['monitoring', [{ name: 'registry' }]]);
    assert.match(policy(), /captureByDefault: \\"off\\"/);
    const both = ['Group oidc:sre', 'ServiceAccount bastion'];
    assert.deepEqual(viewers(), [both, both]);
  };

  test('is put there, told, and stays over what says nothing of it', async () => {
    const said = await put('deploy', ...choice);
    assert.match(said, /^kelpie: {3}security\.runAsRoot: true$/m);
    assert.match(said, /^kelpie: {3}nodeSelector: .*"pool":"shop"/m);
    isAsChosen();
    await put('deploy');
    isAsChosen();
    assert.match(await put('upgrade', '--capture-at-most', 'heads'), /^kelpie: {3}priorityClassName: "monitoring"$/m);
    isAsChosen();
    assert.match(policy(), /captureAtMost: \\"heads\\"/);
  });

  test('is seen before: in a trial, and in the manifests', async () => {
    const trial = await run('deploy', '--dry-run', ...choice);
    assert.equal(trial.code, 0, trial.err);
    assert.match(trial.err, /^kelpie: {3}policy\.captureByDefault: "off"$/m);
    assert.match(trial.err, /would be created: RoleBinding kelpie\/kelpie-viewer/);
    assert.ok(!api.requests.some(({ method, query }) => method !== 'GET' && query.dryRun === undefined));
    const { out } = await kelpie('deploy', '-o', 'yaml', ...choice);
    const objects = loadAll(out) as readonly V1DaemonSet[];
    const { template } = objects.find(({ kind }) => kind === 'DaemonSet')?.spec ?? {};
    assert.equal(template?.spec?.priorityClassName, 'monitoring');
    assert.ok(objects.some(({ kind }) => kind === 'RoleBinding'));
  });

  test('may be a file, which -o values makes; a flag has the last word, null goes back', async () => {
    const { out, code } = await kelpie('deploy', '-o', 'values', ...choice);
    assert.equal(code, 0);
    assert.match(out, /^# None by default: looking at traffic is no reason to evict/m);
    const file = join(folder, 'values.yaml');
    writeFileSync(file, `${out}global: {cluster: a}\n`);
    await put('deploy', '--values', file);
    isAsChosen();
    await put('deploy', '--values', file, '--set', 'priorityClassName=null', '--set', 'security.runAsRoot=false');
    assert.deepEqual([pod().priorityClassName, pod().container?.securityContext?.runAsUser], [undefined, 10001]);
    await put('upgrade');
    assert.equal(pod().priorityClassName, undefined, 'going back stays too');
  });

  test('who may not look any more has no binding left; one that somebody else made stays', async () => {
    await put('deploy', '--viewers', 'user:jane');
    assert.deepEqual(viewers(), [['User jane'], ['User jane']]);
    const trial = await run('deploy', '--dry-run', '--viewers', '');
    assert.match(trial.err, /would be removed: RoleBinding kelpie\/kelpie-viewer/);
    assert.match(await put('deploy', '--viewers', ''), /removed: ClusterRoleBinding kelpie-viewer-names/);
    assert.deepEqual(viewers(), [undefined, undefined]);
    const [path = ''] = bindings;
    api.put(path.replace(/\/[^/]*$/, ''), {
      metadata: { name: 'kelpie-viewer' },
      subjects: [{ kind: 'Group', name: 'by hand' }],
    });
    await put('upgrade');
    assert.deepEqual(viewers()[0], ['Group by hand']);
  });

  test('a Secret of one’s own stays chosen, and is not ours to change', async () => {
    assert.match(
      await put('deploy', '--set', 'key.existingSecret=mine'),
      /the Secret mine is not there yet: pods wait/,
    );
    await put('upgrade');
    assert.equal(pod().volumes?.find(({ name }) => name === 'key')?.secret?.secretName, 'mine');
    assert.equal(api.find('/api/v1/namespaces/kelpie/secrets/kelpie-agent-key'), undefined);
    const { code, err } = await run('upgrade', '--no-wait', '--rotate-key');
    assert.equal(code, 2);
    assert.match(err, /The key is in the Secret mine, which you made/);
  });

  test('what is not good is refused with 2, by its name, before a cluster is asked', async () => {
    for (const [args, words] of [
      [['--set', 'toleration=[]'], /There is no value "toleration"\. Did you mean tolerations\?/],
      [['--set', 'toleration=[]'], /kelpie deploy -o values prints all values/],
      [['--set', 'security.runAsRoot'], /--set takes KEY=VALUE such as policy\.captureByDefault=off/],
      [
        ['--set', 'policy.captureAtMost=headers'],
        /policy\.captureAtMost takes off, flows, heads, bodies, not "headers"/,
      ],
      [['--capture-by-default', 'some'], /--capture-by-default takes off, flows, heads, bodies, not "some"/],
      [['--viewers', 'sre'], /--viewers takes user:NAME, group:NAME and serviceaccount:NAMESPACE\/NAME/],
      [['--viewers', 'serviceaccount:bastion'], /not "serviceaccount:bastion"/],
      [['--extra-capabilities', 'SYS_ADMIN'], /security\.extraCapabilities\.0 takes SYS_RESOURCE, not "SYS_ADMIN"/],
      [['--values', '/nowhere.yaml'], /--values \/nowhere\.yaml: there is no such file/],
      [['--values', kubeconfig], /There is no value "apiVersion"/],
      [['-o', 'toml'], /--output takes yaml, json or values/],
    ] as const) {
      const { code, err } = await run('deploy', ...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, words);
    }
    assert.deepEqual(api.requests, []);
  });
});
