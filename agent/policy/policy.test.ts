import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { CaptureLevel } from '../../src/domain/agent-status.ts';
import type { Row } from '../../src/domain/column.ts';
import { connStats } from '../../src/domain/tables/conn-stats.ts';
import { exampleHttpEvent } from '../../src/domain/tables/example-http-event.ts';
import { httpEvents } from '../../src/domain/tables/http-events.ts';
import { podStats } from '../../src/domain/tables/pod-stats.ts';
import { guarded } from './guard.ts';
import { captureAnnotation, limitOf } from './pod-limits.ts';
import { openPolicy, type Policy, readPolicy } from './policy.ts';
import { openPolicyFile } from './policy-file.ts';

describe('a policy', () => {
  test('says what is left out; nothing said is nothing kept back', () => {
    const text = 'excludeNamespaces: [vault]\ncaptureAtMost: heads\nredactFields:\n  - X-Session\n';
    assert.deepEqual(readPolicy(text), {
      ok: true,
      policy: {
        excludeNamespaces: ['vault'],
        captureAtMost: 'heads',
        captureByDefault: 'heads',
        redactFields: ['x-session'],
      },
    });
    assert.deepEqual(readPolicy('# nothing\n'), { ok: true, policy: openPolicy });
    const above = readPolicy('captureAtMost: flows\ncaptureByDefault: bodies');
    assert.equal(above.ok && above.policy.captureByDefault, 'flows');
  });

  test('that cannot be understood whole is none, and says why', () => {
    for (const [text, why] of [
      ['captureAtMost: everything', /captureAtMost is none of off, flows, heads, bodies/],
      ['captureByDefault: 3', /captureByDefault is none of/],
      ['excludeNamespace: [vault]', /no setting "excludeNamespace"; there are excludeNamespaces/],
      ['excludeNamespaces: vault', /no list of names/],
      ['redactFields: [1]', /redactFields is no list/],
      ['- a\n- b', /no list of settings/],
      ['a: [', /no YAML/],
      ['x'.repeat(300_000), /more than/],
    ] as const) {
      const result = readPolicy(text);
      assert.ok(!result.ok, text.slice(0, 40));
      assert.match(result.problem, why);
    }
  });

  test('is read again when its file changes; one that is broken leaves the one before in force', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kelpie-policy-'));
    const path = join(folder, 'policy.yaml');
    assert.throws(() => openPolicyFile(path, () => {}), { code: 'usage', message: /cannot be read \(ENOENT\)/ });
    writeFileSync(path, 'captureAtMost: heads');
    let changes = 0;
    const file = openPolicyFile(path, () => (changes += 1), 5);
    const until = async (check: () => boolean) => {
      for (let i = 0; i < 400 && !check(); i += 1) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.ok(check());
    };
    try {
      writeFileSync(path, 'captureAtMost: [');
      await until(() => file.problem !== '');
      assert.equal(file.policy.captureAtMost, 'heads');
      writeFileSync(path, 'captureAtMost: flows');
      await until(() => file.policy.captureAtMost === 'flows');
      assert.equal(file.problem, '');
      assert.equal(changes, 2);
    } finally {
      file.stop();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('how deep a pod may be looked into', () => {
  const level = (policy: Partial<Policy>, own?: string, namespace?: string): CaptureLevel | undefined =>
    limitOf(
      { ...openPolicy, ...policy },
      { namespace: 'shop', annotations: own === undefined ? {} : { [captureAnnotation]: own } },
      namespace,
    )?.level;

  test('as the policy says for all, where nobody says anything', () => {
    assert.equal(level({}), undefined);
    assert.equal(level({ captureAtMost: 'heads', captureByDefault: 'heads' }), undefined);
  });

  test('not at all in a namespace that is left out, whatever the pod says', () => {
    assert.equal(level({ excludeNamespaces: ['shop'] }, 'bodies'), 'off');
  });

  test('opting out by annotation, of a pod or all pods of a namespace', () => {
    assert.equal(level({}, 'off'), 'off');
    assert.equal(level({}, undefined, 'flows'), 'flows');
    assert.equal(level({}, 'heads', 'flows'), 'flows', 'the namespace’s is the most');
    assert.equal(level({}, ' Heads '), 'heads');
    assert.equal(level({}, 'none'), 'off', 'a word nobody knows keeps it all');
  });

  test('opting in where the default is less than the most', () => {
    const careful = { captureByDefault: 'heads' as const };
    assert.equal(level(careful), 'heads');
    assert.equal(level(careful, 'bodies'), 'bodies');
    assert.equal(level(careful, undefined, 'bodies'), 'bodies');
    assert.equal(
      level({ captureAtMost: 'flows', captureByDefault: 'flows' }, 'bodies'),
      undefined,
      'never above the most',
    );
  });
});

describe('rows of a pod that is limited', () => {
  const limits: Readonly<Record<string, CaptureLevel>> = { 'a/off': 'off', 'a/flows': 'flows', 'a/heads': 'heads' };
  const released: Row[] = [];
  const pass = (table: typeof httpEvents | typeof connStats | typeof podStats, row: Row) =>
    guarded(
      table as typeof httpEvents,
      row,
      (pod) => limits[pod ?? ''],
      (each) => released.push(each),
    );
  const request = (pod: string): Row => ({
    ...exampleHttpEvent(),
    pod,
    req_body: new Uint8Array(3),
    resp_body: new Uint8Array(3),
  });

  test('go no further, or only so far', () => {
    const open = request('a/open');
    assert.equal(pass(httpEvents, open), open);
    assert.equal(pass(httpEvents, request('a/off')), undefined);
    assert.equal(pass(httpEvents, request('a/flows')), undefined);
    const heads = pass(httpEvents, request('a/heads'));
    assert.deepEqual([heads?.req_body, heads?.resp_body], [null, null]);
    assert.deepEqual(heads?.req_headers, exampleHttpEvent().req_headers);
    assert.equal(released.length, 3);
  });

  test('connections are told at flows, summaries by whose they are', () => {
    assert.ok(pass(connStats, { pod: 'a/flows' }));
    assert.equal(pass(connStats, { pod: 'a/off' }), undefined);
    assert.equal(pass(podStats, { entity: 'a/off', trace_role: 'server' }), undefined);
    assert.equal(pass(podStats, { source: 'a/off', destination: 'b/c', trace_role: 'client' }), undefined);
    assert.ok(pass(podStats, { source: 'a/off', destination: 'b/c', trace_role: 'server' }));
  });
});
