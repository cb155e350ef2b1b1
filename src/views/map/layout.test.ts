import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { arrange } from './arrange.ts';
import { type Arrangement, emptyArrangement, type Outline, squeeze } from './arrangement.ts';
import { type Plan, type RoutedBox, route } from './route.ts';
import { settle } from './settle.ts';

const options = { boxWidth: (id: string) => 14 + (id.length % 5), labelWidth: 8, pad: 1, spacing: 2 };

/** Any graph of up to 14 nodes: circles, calls both ways, hubs, parts that are not connected. */
const outlines = fc
  .tuple(fc.integer({ min: 1, max: 14 }), fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 30 }))
  .map(([count, pairs]) => outlineOf(count, pairs));

function outlineOf(count: number, pairs: readonly (readonly [number, number])[]): Outline {
  const keys = new Map(
    pairs
      .map(([from, to]) => [from % count, to % count] as const)
      .filter(([from, to]) => from !== to)
      .map(([from, to]) => [`n${from}>n${to}`, { key: `n${from}>n${to}`, source: `n${from}`, destination: `n${to}` }]),
  );
  const edges = [...keys.values()];
  const arrivals = (id: string) => edges.filter(({ destination }) => destination === id).length;
  const nodes = Array.from({ length: count }, (_, n) => ({
    id: `n${n}`,
    height: 2 + Math.max(2, Math.min(6, arrivals(`n${n}`))),
  }));
  return { nodes, edges };
}

const planOf = (outline: Outline, arrangement: Arrangement) => route(arrangement, outline.edges, options);

function assertApart(boxes: readonly RoutedBox[]): void {
  boxes.forEach((a, i) => {
    for (const b of boxes.slice(i + 1)) {
      const beside = a.x + a.width <= b.x || b.x + b.width <= a.x;
      const above = a.y + a.height <= b.y || b.y + b.height <= a.y;
      assert.ok(beside || above, `${a.node} ${JSON.stringify(a)} lies on ${JSON.stringify(b)}`);
    }
  });
}

/** Every edge goes from the border of its source without a break to its arrow head, which touches its destination. */
function assertConnected(outline: Outline, plan: Plan): void {
  assert.equal(plan.edges.size, outline.edges.length);
  for (const { key, source, destination } of outline.edges) {
    const edge = plan.edges.get(key);
    const from = plan.boxes.get(source);
    const to = plan.boxes.get(destination);
    assert.ok(edge && from && to);
    const { exit, head } = edge;
    const border = exit.x1 === from.x + from.width - 1 || exit.x2 === from.x;
    assert.ok(border && exit.y1 > from.y && exit.y1 < from.y + from.height - 1, `${key} leaves its source`);
    const touches = head.direction === 'right' ? head.x + 1 === to.x : head.x === to.x + to.width;
    assert.ok(touches && head.y > to.y && head.y < to.y + to.height - 1, `${key} touches its destination`);
    const reached = new Set([`${head.x} ${head.y}`]);
    const cells = [...edge.stretches, exit].map(({ x1, y1, x2, y2 }) => {
      assert.ok(x1 === x2 || y1 === y2, `${key} goes straight or turns by a right angle`);
      return { left: Math.min(x1, x2), right: Math.max(x1, x2), top: Math.min(y1, y2), bottom: Math.max(y1, y2) };
    });
    const near = (a: (typeof cells)[number], b: (typeof cells)[number]) =>
      a.left <= b.right + 1 && b.left <= a.right + 1 && a.top <= b.bottom && b.top <= a.bottom;
    const found = cells.filter(({ left, right, top, bottom }) =>
      [...reached].some((cell) => {
        const [x = 0, y = 0] = cell.split(' ').map(Number);
        return x >= left - 1 && x <= right + 1 && y >= top && y <= bottom;
      }),
    );
    for (let i = 0; i < found.length; i += 1) {
      for (const cell of cells)
        if (!found.includes(cell) && found.slice(0, i + 1).some((other) => near(other, cell))) found.push(cell);
    }
    assert.equal(found.length, cells.length, `${key} is one line`);
  }
}

/** No line runs through a box. */
function assertClear(plan: Plan): void {
  for (const { key, stretches } of plan.edges.values()) {
    for (const { x1, y1, x2, y2 } of stretches) {
      for (const box of plan.boxes.values()) {
        const misses =
          Math.max(x1, x2) < box.x ||
          Math.min(x1, x2) >= box.x + box.width ||
          Math.max(y1, y2) < box.y ||
          Math.min(y1, y2) >= box.y + box.height;
        assert.ok(misses, `${key} runs through ${box.node}`);
      }
    }
  }
}

const order = (arrangement: Arrangement, kept: ReadonlySet<string>) =>
  arrangement.layers.map((layer) => layer.flatMap(({ node }) => (node !== undefined && kept.has(node) ? [node] : [])));

describe('the layout of the map', () => {
  test('boxes lie apart, lines lead from source to destination and through no box: laid out anew', () => {
    fc.assert(
      fc.property(outlines, (outline) => {
        const plan = planOf(outline, arrange(outline));
        assertApart([...plan.boxes.values()]);
        assertConnected(outline, plan);
        assertClear(plan);
      }),
      { numRuns: 60 },
    );
  });

  test('and so they do when a graph grows and shrinks from one tick to the next', () => {
    fc.assert(
      fc.property(fc.array(outlines, { minLength: 2, maxLength: 4 }), (steps) => {
        let arrangement = emptyArrangement;
        for (const outline of steps) {
          arrangement = settle(arrangement, outline);
          const plan = planOf(outline, arrangement);
          assertApart([...plan.boxes.values()]);
          assertConnected(outline, plan);
          assertClear(plan);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('and when it is squeezed, which never makes it higher', () => {
    fc.assert(
      fc.property(outlines, fc.double({ min: 0.2, max: 1, noNaN: true }), (outline, share) => {
        const loose = arrange(outline);
        const arrangement = squeeze(loose, share);
        const plan = planOf(outline, arrangement);
        assertApart([...plan.boxes.values()]);
        assertConnected(outline, plan);
        assertClear(plan);
        assert.ok(plan.height <= planOf(outline, loose).height + 1);
      }),
      { numRuns: 60 },
    );
  });

  test('the same graph stays where it is, and is laid out the same every time', () => {
    fc.assert(
      fc.property(outlines, (outline) => {
        const before = arrange(outline);
        assert.deepEqual(arrange(outline), before);
        const again = settle(before, outline);
        for (const [id, layer] of before.layerOf) assert.equal(again.layerOf.get(id), layer);
        assert.deepEqual(again.layers, before.layers);
      }),
      { numRuns: 60 },
    );
  });

  test('a new node moves no other one to another place in its layer', () => {
    fc.assert(
      fc.property(
        outlines,
        fc.array(fc.tuple(fc.nat(13), fc.boolean()), { minLength: 1, maxLength: 4 }),
        (outline, calls) => {
          const before = arrange(outline);
          const fresh = calls.map(([n, isCaller]) => {
            const other = `n${n % outline.nodes.length}`;
            const [source, destination] = isCaller ? ['new', other] : [other, 'new'];
            return { key: `${source}>${destination}`, source, destination };
          });
          // Callers only, or callees only: both could turn a call round, which is a reason to move.
          const side = calls[0]?.[1] ?? true;
          const edges = [
            ...new Map(
              fresh.filter(({ source }) => (source === 'new') === side).map((edge) => [edge.key, edge]),
            ).values(),
          ];
          const after = settle(before, {
            nodes: [...outline.nodes, { id: 'new', height: 4 }],
            edges: [...outline.edges, ...edges],
          });
          const kept = new Set(outline.nodes.map(({ id }) => id));
          assert.deepEqual(
            order(after, kept).filter((layer) => layer.length > 0),
            order(before, kept).filter((layer) => layer.length > 0),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a new callee pushes those below it down by no more than it needs', () => {
    const before = arrange(
      outlineOf(5, [
        [0, 1],
        [0, 2],
        [0, 3],
        [0, 4],
      ]),
    );
    const outline = outlineOf(5, [
      [0, 1],
      [0, 2],
      [0, 3],
      [0, 4],
    ]);
    const after = settle(before, {
      nodes: [...outline.nodes, { id: 'new', height: 4 }],
      edges: [...outline.edges, { key: 'n0>new', source: 'n0', destination: 'new' }],
    });
    const rowsOf = ({ layers }: Arrangement) => new Map(layers.flat().map(({ id, row }) => [id, row]));
    const rows = rowsOf(after);
    const shift = (rows.get('n0') ?? 0) - (rowsOf(before).get('n0') ?? 0);
    for (const [id, row] of rowsOf(before))
      assert.ok(Math.abs((rows.get(id) ?? 0) - shift - row) <= 5, `${id} moved too far`);
  });

  test('a chain learnt from its end grows to the left and keeps its layers', () => {
    const one = settle(emptyArrangement, outlineOf(2, [[0, 1]]));
    const two = settle(one, {
      nodes: [{ id: 'front', height: 4 }, ...outlineOf(2, []).nodes],
      edges: [
        { key: 'n0>n1', source: 'n0', destination: 'n1' },
        { key: 'front>n0', source: 'front', destination: 'n0' },
      ],
    });
    assert.deepEqual([...two.layerOf].sort(), [
      ['front', 0],
      ['n0', 1],
      ['n1', 2],
    ]);
  });

  test('callers of a hub that call nothing else arrive in one line', () => {
    const outline = outlineOf(
      61,
      Array.from({ length: 60 }, (_, i) => [i + 1, 0] as const),
    );
    const plan = planOf(outline, arrange(outline));
    assert.equal(new Set([...plan.edges.values()].map(({ head }) => head.y)).size, 1);
    assert.ok(plan.width < 60, `${plan.width} cells wide`);
  });
});
