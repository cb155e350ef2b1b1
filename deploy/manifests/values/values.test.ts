/** Values as people choose them without Helm: one at a time, or in a file; kept over what was before; refused by the same schema as the chart's. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load } from 'js-yaml';
import { variants } from '../testing/variants.ts';
import { readAssignment } from './assignment.ts';
import { problemsOf } from './check.ts';
import { chosenIn, knownIn, type Plain, replacedIn, valuesOver } from './over.ts';
import { defaultsOf } from './spec.ts';
import { valuesSpec } from './values.ts';
import { valuesSchema } from './values-schema.ts';
import { valuesYaml } from './values-yaml.ts';

const defaults = defaultsOf(valuesSpec);
const set = (...texts: string[]) =>
  texts.reduce((values, text) => valuesOver(valuesSpec, values, readAssignment(text, valuesSchema) ?? {}), defaults);
const chosen = (...texts: string[]) => chosenIn(valuesSpec, set(...texts));

describe('KEY=VALUE', () => {
  test('means what the value is: a text stays a text', () => {
    for (const [text, values] of [
      ['policy.captureByDefault=off', { policy: { captureByDefault: 'off' } }],
      ['security.runAsRoot=true', { security: { runAsRoot: true } }],
      ['image.tag=1.20', { image: { tag: '1.20' } }],
      ['policy.excludeNamespaces=vault, bank', { policy: { excludeNamespaces: ['vault', 'bank'] } }],
      ['policy.excludeNamespaces=[vault]', { policy: { excludeNamespaces: ['vault'] } }],
      ['extraArgs=--budget-events=1', { extraArgs: ['--budget-events=1'] }],
      ['tolerations=[{key: gpu, operator: Exists}]', { tolerations: [{ key: 'gpu', operator: 'Exists' }] }],
      ['tolerations=[]', { tolerations: [] }],
      ['security.seLinuxOptions={type: spc_t}', { security: { seLinuxOptions: { type: 'spc_t' } } }],
      ['security.seLinuxOptions.type=spc_t', { security: { seLinuxOptions: { type: 'spc_t' } } }],
    ] as const) {
      assert.deepEqual(chosen(text), values, text);
      assert.deepEqual(problemsOf(set(text)), [], text);
    }
  });

  test('of what has free names takes them with their dots, and adds to what is there', () => {
    assert.deepEqual(set('nodeSelector.node.kubernetes.io/pool=shop', 'nodeSelector.zone=a').nodeSelector, {
      'kubernetes.io/os': 'linux',
      'node.kubernetes.io/pool': 'shop',
      zone: 'a',
    });
    assert.deepEqual(set(String.raw`podAnnotations.prometheus\.io/port=7790`).podAnnotations, {
      'prometheus.io/port': '7790',
    });
    const { limits } = set('resources.limits.memory=1Gi', 'resources.limits.cpu=null').resources;
    assert.deepEqual(limits, { memory: '1Gi' });
    assert.deepEqual(set('nodeSelector.kubernetes.io/os=null').nodeSelector, {});
  });

  test('null goes back to the default', () => {
    assert.deepEqual(chosen('priorityClassName=high', 'priorityClassName=null', 'resources=null', 'image=null'), {});
  });

  test('is told from what is none', () => {
    for (const text of ['security.runAsRoot', '=x', '']) assert.equal(readAssignment(text, valuesSchema), undefined);
  });

  test('reaches no more than values', () => {
    for (const text of ['__proto__.polluted=1', 'constructor.prototype.polluted=1', 'image.__proto__.polluted=1']) {
      const values = set(text);
      assert.notDeepEqual(problemsOf(values), [], text);
      assert.equal(({} as Plain).polluted, undefined);
    }
  });
});

describe('what is wrong with a value is said by its name', () => {
  for (const [text, words] of [
    ['toleration=[]', 'There is no value "toleration". Did you mean tolerations?'],
    ['policy.captureDefault=off', 'There is no value "policy.captureDefault". Did you mean policy.captureByDefault?'],
    ['security.rootless=true', /^There is no value "security\.rootless"\. There are runAsRoot, privileged, /],
    ['policy.captureAtMost=headers', 'policy.captureAtMost takes off, flows, heads, bodies, not "headers".'],
    ['security.runAsRoot=yes', 'security.runAsRoot takes true or false, not "yes".'],
    ['tolerations=Exists', 'tolerations takes a list, not "Exists".'],
    ['tolerations=[', 'tolerations takes a list, not "[".'],
    ['tolerations=[{operator: Is}]', 'tolerations.0.operator takes Exists, Equal, not "Is".'],
    ['resources.limits.memory=much', /^resources\.limits\.memory does not take "much": it is to match \^\[0-9\]/],
    ['resources.limit.memory=1Gi', 'There is no value "resources.limit". Did you mean resources.limits?'],
    ['viewers=[{kind: Group}]', 'viewers.0 needs name.'],
    ['metrics.enabled=true', 'metrics.namespaceSelector must not be empty.'],
  ] as const)
    test(text, () => {
      const [problem = '', ...others] = problemsOf(set(text));
      if (typeof words === 'string') assert.equal(problem, words);
      else assert.match(problem, words);
      assert.deepEqual(others, []);
    });
});

describe('what was chosen', () => {
  for (const [story, over] of Object.entries(variants))
    test(`is noted and read again: ${story}`, () => {
      const values = valuesOver(valuesSpec, defaults, over);
      const note = JSON.parse(JSON.stringify(chosenIn(valuesSpec, values)));
      assert.deepEqual(replacedIn(valuesSpec, defaults, knownIn(valuesSpec, note)), values);
      assert.deepEqual(load(valuesYaml(valuesSpec, values)), values, 'as a file of values too');
    });

  test('nothing is noted of what is as it is by default, so that a later version may have another default', () => {
    assert.deepEqual(chosenIn(valuesSpec, defaults), {});
  });

  test('of another version: what is not known here is left out', () => {
    assert.deepEqual(knownIn(valuesSpec, { later: 1, image: { tag: 'a', later: 2 }, security: 7 }), {
      image: { tag: 'a' },
      security: {},
    });
    assert.deepEqual(knownIn(valuesSpec, [1]), {});
  });
});
