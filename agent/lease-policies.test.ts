import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CaptureLevel } from '../src/domain/agent-status.ts';
import type { Policy } from './capture/source.ts';
import { policiesOf, type Wish } from './lease-policies.ts';

const ranks: readonly CaptureLevel[] = ['off', 'flows', 'heads', 'bodies'];
const rank = (level: CaptureLevel) => ranks.indexOf(level);
const level = fc.constantFrom(...ranks);
const cgroups: readonly number[] = [11, 12, 13];
const ports = [0, 80, 443] as const;

const wish: fc.Arbitrary<Wish> = fc.record({
  level,
  messageCap: fc.constantFrom(0, 100, 70_000),
  expires: fc.nat(1000),
  scopes: fc.array(fc.record({ place: fc.constantFrom('', 'a', 'b'), port: fc.constantFrom(...ports) }), {
    maxLength: 3,
  }),
});
const limits = fc.record({
  atMost: level,
  cgroups: fc.array(fc.tuple(fc.constantFrom(...cgroups), level), { maxLength: 3 }).map((entries) => new Map(entries)),
});
const cgroupsIn = (place: string): readonly number[] => (place === 'a' ? [11, 12] : [13]);

/** What the kernel does with a socket: the policy that fits it best (bpf/capture, policy_of). */
function effective(policies: readonly Policy[], cgroupId: number, port: number): CaptureLevel {
  const at = (id: number, of: number) => policies.find((each) => each.cgroupId === id && each.port === of)?.level;
  return at(cgroupId, port) ?? at(cgroupId, 0) ?? at(0, port) ?? at(0, 0) ?? 'off';
}

describe('what leases make the kernel capture', () => {
  test('is never deeper than allowed, of all or of a cgroup, on any port, whatever anybody asks for', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 5 }), limits, (wishes, most) => {
        const policies = policiesOf(wishes, cgroupsIn, most);
        for (const cgroupId of [...cgroups, 99]) {
          for (const port of [...ports, 8080]) {
            const found = effective(policies, cgroupId, port);
            assert.ok(rank(found) <= rank(most.atMost), `${found} of ${cgroupId}:${port}`);
            const own = most.cgroups.get(cgroupId);
            if (own) assert.ok(rank(found) <= rank(own), `${found} of ${cgroupId}:${port}`);
          }
        }
      }),
    );
  });

  test('is no more bytes of a message than its head may have, where no bodies are allowed', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 5 }), limits, (wishes, most) => {
        for (const { cgroupId, messageCap } of policiesOf(wishes, cgroupsIn, most)) {
          const allowed = Math.min(rank(most.atMost), rank(most.cgroups.get(cgroupId) ?? 'bodies'));
          assert.ok(messageCap <= Number([0, 0, 4096, 65_536][allowed]), `${messageCap} of ${cgroupId}`);
        }
      }),
    );
  });

  test('is what was asked for where nothing is kept back', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 5 }), (wishes) => {
        const kept = policiesOf(wishes, cgroupsIn, { atMost: 'bodies', cgroups: new Map([[11, 'bodies']]) });
        const free = policiesOf(wishes, cgroupsIn);
        for (const cgroupId of [...cgroups, 99])
          for (const port of ports) assert.equal(effective(kept, cgroupId, port), effective(free, cgroupId, port));
      }),
    );
  });
});
