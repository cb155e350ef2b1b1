import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CaptureLevel } from '../src/domain/agent-status.ts';
import type { Policy } from './capture/source.ts';
import { createLeases } from './leases.ts';
import type { LeaseOrder } from './server/api.ts';

const order: LeaseOrder = { client: 'tui-1', level: 'heads', scopes: [], ttlMs: 5000, messageCap: 0 };

function setUp(cgroups: Record<string, number[]> = {}) {
  const told: (readonly Policy[])[] = [];
  const clock = { now: 1000 };
  const leases = createLeases({
    source: { setPolicies: (policies) => void told.push(policies), now: () => clock.now * 1e6 },
    cgroupsIn: (scopes) => new Map(scopes.map((scope) => [scope, cgroups[scope] ?? []])),
    clock: () => clock.now,
    wallClock: () => 1_700_000_000_000 + clock.now,
  });
  return { leases, clock, last: () => told.at(-1) ?? [], cgroups };
}

describe('leases', () => {
  test('a lease on everything is the policy of cgroup 0, until it ends', () => {
    const { leases, last } = setUp();
    const ends = leases.renew(order);
    assert.equal(ends, (1_700_000_001_000n + 5000n) * 1_000_000n);
    assert.deepEqual(last(), [{ cgroupId: 0, port: 0, level: 'heads', messageCap: 4096, expires: 6000e6 }]);
    assert.deepEqual(leases.list(), [{ client: 'tui-1', level: 'heads', scope: 'everything', remainingMs: 5000 }]);
    leases.close();
  });

  test('several clients get the most any of them asked for', () => {
    const { leases, last } = setUp({ 'shop/api': [7, 8], '/demo': [8] });
    leases.renew({ ...order, scopes: ['shop/api'] });
    leases.renew({ ...order, client: 'tui-2', level: 'bodies', scopes: ['/demo'], ttlMs: 2000 });
    assert.deepEqual(last(), [
      { cgroupId: 7, port: 0, level: 'heads', messageCap: 4096, expires: 6000e6 },
      { cgroupId: 8, port: 0, level: 'bodies', messageCap: 16_384, expires: 6000e6 },
    ]);
    leases.renew({ ...order, client: 'tui-3', messageCap: 1_000_000 });
    assert.deepEqual(
      last().map(({ cgroupId, level, messageCap }) => [cgroupId, level, messageCap]),
      [
        [7, 'heads', 65_536],
        [8, 'bodies', 65_536],
        [0, 'heads', 65_536],
      ],
      'a cgroup with a policy of its own does not fall below the one for all',
    );
    leases.close();
  });

  test('a port has a level of its own, no lower than what is asked for around it', () => {
    const { leases, last } = setUp({ 'shop/api': [7], 'shop/web': [9] });
    const seen = () =>
      last()
        .map(({ cgroupId, port, level }) => `${cgroupId}:${port} ${level}`)
        .sort();
    leases.renew({ ...order, client: 'a/base', level: 'flows' });
    leases.renew({ ...order, client: 'a/screen', level: 'bodies', scopes: ['shop/api:8080'] });
    assert.deepEqual(seen(), ['0:0 flows', '7:0 flows', '7:8080 bodies']);
    leases.renew({ ...order, client: 'b/screen', level: 'heads', scopes: [':443', 'shop/web'] });
    assert.deepEqual(seen(), [
      '0:0 flows',
      '0:443 heads',
      '7:0 flows',
      '7:443 heads',
      '7:8080 bodies',
      '9:0 heads',
      '9:443 heads',
    ]);
    leases.renew({ ...order, client: 'b/screen', ttlMs: 0 });
    assert.deepEqual(leases.policies, last());
    assert.deepEqual(seen(), ['0:0 flows', '7:0 flows', '7:8080 bodies']);
    assert.deepEqual(
      leases.list().map(({ client, level, scope }) => [client, level, scope]),
      [
        ['a/base', 'flows', 'everything'],
        ['a/screen', 'bodies', 'shop/api:8080'],
      ],
    );
    leases.close();
  });

  test('released or run out, nothing is left', () => {
    const { leases, last, clock } = setUp();
    leases.renew(order);
    leases.renew({ ...order, client: 'tui-2' });
    leases.renew({ ...order, ttlMs: 0 });
    assert.deepEqual(
      leases.list().map(({ client }) => client),
      ['tui-2'],
    );
    clock.now += 5001;
    leases.renew({ ...order, ttlMs: 0 });
    assert.deepEqual(last(), []);
    assert.deepEqual(leases.list(), []);
    leases.close();
  });

  test('a cgroup that appears in a scope is picked up', async () => {
    const { leases, last, cgroups } = setUp({ 'shop/api': [7] });
    const keepAlive = setInterval(() => {}, 1000);
    leases.renew({ ...order, scopes: ['shop/api'], ttlMs: 60_000 });
    cgroups['shop/api'] = [7, 9];
    for (let i = 0; i < 100 && last().length < 2; i++) await new Promise((resolve) => setTimeout(resolve, 25));
    clearInterval(keepAlive);
    assert.deepEqual(
      last().map(({ cgroupId }) => cgroupId),
      [7, 9],
    );
    leases.close();
  });

  test('orders that make no sense are refused, and too many', () => {
    const { leases } = setUp();
    const refused = (over: Partial<LeaseOrder>) =>
      assert.throws(() => leases.renew({ ...order, ...over }), { code: 'usage' });
    refused({ client: '' });
    refused({ scopes: ['no-slash'] });
    refused({ scopes: ['/a/../../etc'] });
    refused({ scopes: ['shop/api:0'] });
    refused({ scopes: ['shop/api:70000'] });
    refused({ scopes: ['/a/..:80'] });
    refused({ scopes: [''] });
    refused({ scopes: new Array(1000).fill('a/b') });
    for (let i = 0; i < 256; i++) leases.renew({ ...order, client: `c${i}` });
    refused({ client: 'one more' });
    leases.renew({ ...order, client: 'c3' });
    leases.close();
  });

  test('nobody can keep capture on for long without renewing', () => {
    const { leases } = setUp();
    leases.renew({ ...order, ttlMs: 0xffff_ffff });
    assert.equal(leases.list()[0]?.remainingMs, 300_000);
    leases.close();
  });
});

describe('pods that are kept back', () => {
  const ranks: readonly CaptureLevel[] = ['off', 'flows', 'heads', 'bodies'];
  const level = fc.constantFrom(...ranks);
  const names = ['shop/api', 'shop/web', 'pod 8c1bd95e-4a4f-4f5c-9d4b-0d4c3a0e9f11', 'pod told-of-by-nobody'] as const;
  /** What the kernel does with a socket: the policy that fits it best (bpf/capture, policy_of). */
  const effective = (policies: readonly Policy[], cgroupId: number, port: number): CaptureLevel => {
    const at = (id: number, of: number) => policies.find((each) => each.cgroupId === id && each.port === of)?.level;
    return at(cgroupId, port) ?? at(cgroupId, 0) ?? at(0, port) ?? at(0, 0) ?? 'off';
  };
  const wanted = fc.record({
    level,
    scopes: fc.array(fc.constantFrom('shop/api', '/kubepods', ':80', 'shop/web:80'), { maxLength: 2 }),
  });

  test('are looked into no deeper than they may, told of or not, whatever anybody asks for', () => {
    const pods = fc.array(fc.record({ name: fc.constantFrom(...names), level, ids: fc.subarray([11, 12, 13, 14]) }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 4 }), pods, level, (orders, all, atMost) => {
        const byName = new Map(all.map((pod) => [pod.name as string, pod]));
        // A cgroup is of one pod.
        const idsOf = new Map<string, number[]>();
        const taken = new Set<number>();
        for (const { name, ids } of byName.values()) {
          idsOf.set(
            name,
            ids.filter((id) => !taken.has(id)),
          );
          for (const id of ids) taken.add(id);
        }
        const told: (readonly Policy[])[] = [];
        const leases = createLeases({
          source: { setPolicies: (policies) => void told.push(policies), now: () => 0 },
          cgroupsIn: (scopes, withPods) =>
            new Map([
              ...scopes.map((scope): [string, number[]] => [
                scope,
                scope === '/kubepods' ? [11, 12] : (idsOf.get(scope) ?? []),
              ]),
              ...(withPods ? idsOf : []),
            ]),
          limits: () => ({ atMost, ofPod: (pod) => byName.get(pod)?.level ?? 'bodies' }),
        });
        for (const [index, each] of orders.entries()) leases.renew({ ...order, ...each, client: `tui-${index}` });
        for (const [name, ids] of idsOf)
          for (const id of ids)
            for (const port of [80, 443]) {
              const found = effective(told.at(-1) ?? [], id, port);
              const most = Math.min(ranks.indexOf(atMost), ranks.indexOf(byName.get(name)?.level ?? 'bodies'));
              assert.ok(ranks.indexOf(found) <= most, `${found} of ${name}`);
            }
        const isWatching = leases.list().length > 0;
        const untold = [...idsOf.keys()].filter((name) => name.startsWith('pod '));
        assert.deepEqual(leases.untoldPods, isWatching ? untold : []);
        leases.close();
      }),
    );
  });
});
