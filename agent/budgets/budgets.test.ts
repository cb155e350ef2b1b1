import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Budget, BudgetUse } from '../capture/source.ts';
import { createBudgets } from './budgets.ts';
import { fairShares } from './fair-shares.ts';

describe('fair shares', () => {
  test('small demands are met, the rest is split evenly', () => {
    const greedy = Number.POSITIVE_INFINITY;
    assert.deepEqual(fairShares(100, [10, greedy, greedy]), { shares: [10, 45, 45], spare: 0 });
    assert.deepEqual(fairShares(100, [10, 20]), { shares: [10, 20], spare: 70 });
    assert.deepEqual(fairShares(100, []), { shares: [], spare: 100 });
  });

  test('add up, and whoever gets less than it wants gets no less than anybody', () => {
    const demand = fc.oneof(fc.double({ min: 0, max: 1000, noNaN: true }), fc.constant(Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(demand, { minLength: 1, maxLength: 20 }),
        (total, demands) => {
          const { shares, spare } = fairShares(total, demands);
          const near = (a: number, b: number) => Math.abs(a - b) < 1e-6 * total;
          assert.ok(
            near(
              shares.reduce((sum, share) => sum + share, spare),
              total,
            ),
          );
          const most = Math.max(...shares);
          shares.forEach((share, at) => {
            if (share < (demands[at] ?? 0) - 1e-6 * total) assert.ok(near(share, most) || share > most);
          });
        },
      ),
    );
  });
});

/** A kernel side of which each cgroup hands over what it has, as far as its budget goes. */
function setUp(totals = { events: 1000, bytes: 1e6 }) {
  const clock = { now: 0 };
  const state = { ringFull: 0, budgets: [] as readonly Budget[], sets: 0 };
  const uses = new Map<number, BudgetUse>();
  const leftOut = new Map<number, number>();
  const budgets = createBudgets({
    source: {
      setBudgets(wanted) {
        state.budgets = wanted;
        state.sets++;
      },
      budgetUse: () => [...uses.values()],
      counters: () => ({ totals: {}, losses: { 'ring-full': state.ringFull } }),
      now: () => clock.now * 1e6,
    },
    totals,
    onLeftOut: (id, messages) => void leftOut.set(id, (leftOut.get(id) ?? 0) + messages),
    clock: () => clock.now,
  });
  const told = (id: number) => state.budgets.find(({ cgroupId }) => cgroupId === id)?.segmentsPerSecond;
  const budgetOf = (id: number) => told(id) ?? told(0) ?? Number.POSITIVE_INFINITY;
  budgets.step();
  return {
    budgets,
    state,
    clock,
    leftOut,
    budgetOf,
    /** Lets `ms` pass while the cgroups try to hand over so many records a second; what each got through is the answer. */
    pass(ms: number, wanted: Readonly<Record<number, number>>): Record<number, number> {
      const got: Record<number, number> = {};
      for (let left = ms; left > 0; left -= 250) {
        for (const [key, rate] of Object.entries(wanted)) {
          const id = Number(key);
          const through = Math.min(rate, budgetOf(id)) / 4;
          const before = uses.get(id) ?? { cgroupId: id, segments: 0, bytes: 0, sampledMessages: 0, sampledBytes: 0 };
          uses.set(id, {
            ...before,
            segments: before.segments + through,
            bytes: before.bytes + through * 100,
            sampledMessages: before.sampledMessages + (rate / 4 - through),
            sampledBytes: before.sampledBytes + (rate / 4 - through) * 100,
          });
          got[id] = through * 4;
        }
        clock.now += 250;
        budgets.step();
      }
      return got;
    },
  };
}

describe('budgets', () => {
  test('nobody is held up while there is enough for all', () => {
    const { pass, leftOut, budgets } = setUp();
    pass(1000, { 1: 10, 2: 10 });
    assert.deepEqual(pass(3000, { 1: 300, 2: 100 }), { 1: 300, 2: 100 });
    assert.deepEqual(leftOut.size, 0);
    assert.deepEqual(budgets.totals(), { budget_events: 1000, budget_bytes: 1e6, budget_limited: 0 });
  });

  test('whoever begins all of a sudden gets what is to spare', () => {
    const { pass, leftOut } = setUp();
    pass(1000, { 1: 10, 2: 10, 3: 10, 4: 10 });
    assert.equal(pass(250, { 1: 800, 2: 10, 3: 10, 4: 10 })[1], 800);
    assert.equal(leftOut.size, 0);
  });

  test('one that is new has a budget before anybody looked at it: what it would get if it wanted everything', () => {
    const { pass, budgetOf } = setUp();
    assert.equal(budgetOf(99), 1000);
    pass(1000, { 1: 10 });
    pass(5000, { 1: 50_000 });
    assert.equal(budgetOf(99), 500);
    assert.ok((pass(250, { 1: 50_000, 99: 50_000 })[99] ?? 0) <= 500);
  });

  test('one that was quiet while another wants everything may have as much at once', () => {
    const { pass, leftOut } = setUp();
    pass(1000, { 1: 10, 2: 10 });
    pass(5000, { 1: 50_000, 2: 0 });
    assert.equal(pass(250, { 1: 50_000, 2: 400 })[2], 400);
    assert.deepEqual([...leftOut.keys()], [1]);
  });

  test('a greedy one cannot starve the others', () => {
    const { pass, leftOut, budgets } = setUp();
    pass(1000, { 1: 10, 2: 10, 3: 10 });
    const got = pass(5000, { 1: 50_000, 2: 100, 3: 200 });
    assert.equal(got[2], 100);
    assert.equal(got[3], 200);
    assert.ok((got[1] ?? 0) > 400 && (got[1] ?? 0) <= 600, String(got[1]));
    assert.deepEqual([...leftOut.keys()], [1]);
    assert.equal(budgets.totals().budget_limited, 1);
  });

  test('two greedy ones get the same, and all of it when the other is done', () => {
    const { pass, budgetOf } = setUp();
    pass(1000, { 1: 10, 2: 10 });
    const got = pass(5000, { 1: 50_000, 2: 9000 });
    assert.equal(got[1], 500);
    assert.equal(got[2], 500);
    pass(5000, { 1: 50_000, 2: 0 });
    assert.ok(budgetOf(1) >= 900, String(budgetOf(1)));
  });

  test('what is left out is told exactly', () => {
    const { pass, leftOut } = setUp();
    pass(1000, { 1: 10 });
    pass(2000, { 1: 3000 });
    const all = leftOut.get(1) ?? 0;
    assert.ok(Math.abs(all - (6000 - 2000)) <= 250, String(all));
  });

  test('records lost in the ring lower the total at once; without losses it comes back, slowly', () => {
    const { pass, state, budgets } = setUp();
    pass(2000, { 1: 600 });
    state.ringFull += 5;
    pass(250, { 1: 600 });
    assert.equal(budgets.totals().budget_events, 480);
    state.ringFull += 5;
    pass(250, { 1: 600 });
    assert.ok((budgets.totals().budget_events ?? 0) < 400);
    for (let i = 0; i < 40; i++) {
      state.ringFull += 1;
      pass(250, { 1: 600 });
    }
    assert.equal(budgets.totals().budget_events, 50, 'something is always taken on');
    pass(1000, { 1: 600 });
    assert.equal(budgets.totals().budget_events, 50);
    pass(2000, { 1: 600 });
    const later = budgets.totals().budget_events ?? 0;
    assert.ok(later >= 400 && later < 600, String(later));
    pass(5000, { 1: 600 });
    assert.equal(budgets.totals().budget_events, 1000);
  });

  test('where more is too much every time, it is tried ever more rarely', () => {
    const { pass, state, budgets, budgetOf } = setUp();
    let losses = 0;
    const early = { losses: 0 };
    for (let quarter = 0; quarter < 2400; quarter++) {
      // More than 300 a second is too much for this agent.
      if ((pass(250, { 1: 900 })[1] ?? 0) > 300 || budgetOf(1) > 300) {
        state.ringFull++;
        losses++;
      }
      if (quarter === 240) early.losses = losses;
    }
    assert.ok(losses - early.losses < 30 * 9, `${early.losses} in the first minute, ${losses} in ten`);
    assert.ok((budgets.totals().budget_events ?? 0) >= 200);
  });

  test('one late look is nothing, several are too much', () => {
    const { pass, clock, budgets } = setUp();
    pass(2000, { 1: 600 });
    clock.now += 900;
    budgets.step();
    assert.equal(budgets.totals().budget_events, 1000);
    clock.now += 900;
    budgets.step();
    assert.equal(budgets.totals().budget_events, 250);
  });

  test('the kernel is told of changes only', () => {
    const { pass, state } = setUp();
    pass(1000, { 1: 100, 2: 100 });
    const before = state.sets;
    pass(5000, { 1: 101, 2: 99 });
    assert.ok(state.sets - before <= 1);
  });
});
