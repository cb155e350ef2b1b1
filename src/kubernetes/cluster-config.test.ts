import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { clusterConfig } from './cluster-config.ts';

const work = mkdtempSync(join(tmpdir(), 'kelpie-kubeconfig-'));
after(() => rmSync(work, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(work, name);
  writeFileSync(path, text);
  return path;
};
const kubeconfig = (name: string): string => `
apiVersion: v1
kind: Config
clusters: [{ name: ${name}, cluster: { server: 'https://${name}.example:6443' } }]
users: [{ name: ${name}, user: { token: secret-of-${name} } }]
contexts: [{ name: ${name}, context: { cluster: ${name}, user: ${name} } }]
current-context: ${name}
`;

describe('the way to the API server', () => {
  test('is a kubeconfig’s current context; of several files the first that names one', async () => {
    const [one, two] = [file('one', kubeconfig('one')), file('two', kubeconfig('two'))];
    const before = process.env.KUBECONFIG;
    try {
      process.env.KUBECONFIG = `${one}:${two}`;
      const config = await clusterConfig();
      assert.equal(config.getCurrentCluster()?.server, 'https://one.example:6443');
      assert.deepEqual(
        config.getClusters().map(({ name }) => name),
        ['one', 'two'],
      );
    } finally {
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
    }
  });

  test('is told to be missing, or wrong, without what is secret in it', async () => {
    const before = process.env.KUBECONFIG;
    const refusal = async (env: string): Promise<string> => {
      process.env.KUBECONFIG = env;
      const error = await clusterConfig().then(
        () => assert.fail('it was taken'),
        (thrown: { code?: string; message: string }) => thrown,
      );
      assert.equal(error.code, 'usage');
      return error.message;
    };
    try {
      assert.match(await refusal(join(work, 'nowhere')), /neither a pod’s account nor .*nowhere/);
      assert.match(await refusal(file('empty', '')), /cannot be read|no current context/);
      const broken = await refusal(file('broken', `${kubeconfig('x')}\n  : [secret-of-x`));
      assert.match(broken, /cannot be read/);
      assert.doesNotMatch(broken, /secret-of-x/);
      assert.match(
        await refusal(file('nocontext', kubeconfig('y').replace('current-context: y', ''))),
        /no current context/,
      );
    } finally {
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
    }
  });
});
