/** The chart as it is in deploy/chart, rendered without Helm, against the manifests that `kelpie deploy` applies. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { KubernetesObject, V1Secret } from '@kubernetes/client-node';
import { Ajv } from 'ajv';
import { load, loadAll } from 'js-yaml';
import { agentManifests, defaultValues, keySecretName } from '../manifests.ts';
import { type Cluster, renderTemplate } from '../testing/go-template.ts';
import { overlaid, variants } from '../testing/variants.ts';
import { chartFiles } from './chart-files.ts';

const folder = join(import.meta.dirname, '../../chart');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const product = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
  version: string;
  description: string;
};
const chart = load(read('Chart.yaml')) as { version: string; appVersion: string };
const chartValues = load(read('values.yaml')) as object;

type Values = Readonly<Record<string, unknown>>;

const render = (file: string, values: Values, cluster?: Cluster) =>
  renderTemplate(
    read(file),
    {
      Values: overlaid(chartValues, values),
      Release: { Name: 'traffic', Namespace: 'traffic', Service: 'Helm' },
      Chart: { AppVersion: chart.appVersion },
    },
    cluster,
  );

function rendered(values: Values, cluster?: Cluster): readonly KubernetesObject[] {
  const files = globSync('templates/*.yaml', { cwd: folder });
  return files
    .flatMap((file) => loadAll(render(file, values, cluster)) as (KubernetesObject | null)[])
    .filter((each) => each !== null);
}

const byName = (objects: readonly KubernetesObject[]) =>
  Object.fromEntries(objects.map((each) => [`${each.kind} ${each.metadata?.name}`, each]));

const secretOf = (objects: readonly KubernetesObject[]) =>
  objects.find((each) => each.kind === 'Secret') as V1Secret | undefined;

describe('the chart', () => {
  for (const [story, values] of Object.entries(variants))
    test(`${story}: the same objects as kelpie deploy, without the namespace and with a key`, () => {
      const deployed = agentManifests(
        overlaid({ ...defaultValues(product.version), namespace: 'traffic', managedBy: 'Helm' }, values),
      );
      const installed = rendered(values);
      assert.deepEqual(
        byName(installed.filter((each) => each.kind !== 'Secret')),
        byName(deployed.filter((each) => each.kind !== 'Namespace')),
      );
    });

  test('is what the manifests make of it, and has the version of the product', () => {
    for (const [file, text] of Object.entries(chartFiles(product))) {
      const [committed, made] = file.endsWith('.json')
        ? [JSON.parse(read(file)), JSON.parse(text)]
        : [read(file), text];
      assert.deepEqual(committed, made, `npm run gen: ${file}`);
    }
    assert.deepEqual([chart.version, chart.appVersion], [product.version, product.version]);
  });
});

describe('the key of an installation by Helm', () => {
  const keyOf = (objects: readonly KubernetesObject[]) => atob(secretOf(objects)?.data?.key ?? '');

  test('is drawn at the first installation: 64 characters', () => {
    const drawn = secretOf(rendered({}));
    assert.equal(drawn?.metadata?.name, keySecretName);
    assert.equal(keyOf(rendered({})).length, 64);
  });

  test('an upgrade keeps the one that is there, so that terminals go on', () => {
    const there: Cluster = (kind, name) =>
      kind === 'Secret' && name === keySecretName ? { data: { key: btoa('the key that is there') } } : undefined;
    assert.equal(keyOf(rendered({}, there)), 'the key that is there');
  });

  test('a Secret without an entry gets one', () => {
    assert.equal(keyOf(rendered({}, () => ({ metadata: {} }))).length, 64);
  });

  test('who has a Secret already gets no other', () => {
    assert.equal(secretOf(rendered({ key: { existingSecret: 'mine' } })), undefined);
  });
});

describe('what helm install says', () => {
  const labelled: Cluster = () => ({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } });

  test('how the namespace must be labelled, unless it is', () => {
    assert.match(render('templates/NOTES.txt', {}), /kubectl label namespace traffic/);
    assert.doesNotMatch(render('templates/NOTES.txt', {}, labelled), /kubectl label/);
  });

  test('who may look, while nobody is named', () => {
    assert.match(render('templates/NOTES.txt', {}), /Who may look/);
    assert.doesNotMatch(render('templates/NOTES.txt', { viewers: [{ kind: 'Group', name: 'shop' }] }), /Who may look/);
  });
});

describe('values that are not good are refused before anything is applied', () => {
  const check = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(
    JSON.parse(read('values.schema.json')),
  );
  const complaints = (values: Values) =>
    check(overlaid(chartValues, values))
      ? []
      : (check.errors ?? []).map((error) =>
          `${error.instancePath} ${Object.values(error.params).filter((each) => typeof each === 'string')[0] ?? error.keyword}`.trim(),
        );
  const refused = (values: Values, complaint: string) => {
    const told = complaints(values);
    assert.ok(told.includes(complaint), `${JSON.stringify(values)}: ${told.join('; ') || 'no complaint'}`);
  };

  test('what people set is good', () => {
    for (const [story, values] of Object.entries(variants)) assert.deepEqual(complaints(values), [], story);
    assert.deepEqual(complaints({ global: { imageRegistry: 'for other charts' } }), []);
  });

  test('a typo in a name', () => {
    refused({ tolerations: undefined, toleration: [] }, 'toleration');
    refused({ metrics: { enable: true } }, '/metrics enable');
    refused({ policy: { excludedNamespaces: ['vault'] } }, '/policy excludedNamespaces');
    refused({ resources: { limit: {} } }, '/resources limit');
    refused({ viewers: [{ kind: 'Group', name: 'shop', namespaces: 'a' }] }, '/viewers/0 namespaces');
  });

  test('a level that there is not, so that nobody captures more than they meant', () => {
    refused({ policy: { captureAtMost: 'headers' } }, '/policy/captureAtMost enum');
    refused({ policy: { captureAtMost: false } }, '/policy/captureAtMost string');
  });

  test('metrics for nobody in particular: an empty selector would be all namespaces', () => {
    refused({ metrics: { enabled: true } }, '/metrics/namespaceSelector minProperties');
  });

  test('a capability that the image cannot make use of', () => {
    refused({ security: { extraCapabilities: ['SYS_ADMIN'] } }, '/security/extraCapabilities/0 enum');
  });

  test('a tag that YAML takes for a number, and what would end the text it stands in', () => {
    refused({ image: { tag: 1.2 } }, '/image/tag string');
    for (const image of [{ repository: 'a" b' }, { tag: 'a"\nprivileged: "true' }, { digest: 'latest' }])
      refused({ image }, `/image/${Object.keys(image)[0]} ${patternOf(Object.keys(image)[0] ?? '')}`);
  });

  test('a number where server-side apply wants a text', () => {
    refused({ resources: { limits: { cpu: 2 } } }, '/resources/limits/cpu string');
  });

  test('a service account without its namespace', () => {
    refused({ viewers: [{ kind: 'ServiceAccount', name: 'watcher' }] }, '/viewers/0 namespace');
  });

  const patternOf = (name: string) =>
    (JSON.parse(read('values.schema.json')).properties.image.properties[name] as { pattern: string }).pattern;
});
