import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noFigures } from './figures.ts';
import { edgeKey, type MapEdge, type MapGraph, type MapNode } from './graph.ts';
import { isGone, lingerMs, nothingShown, selectEdges } from './select.ts';

const now = 1_000_000;

function graphOf(
  edges: readonly (readonly [source: string, destination: string, rate: number, bad?: boolean])[],
): MapGraph {
  const made = edges.map(([source, destination, rate, bad]): MapEdge => {
    const figures = { ...noFigures, rate, severity: bad ? ('bad' as const) : ('none' as const) };
    return { key: edgeKey(source, destination), source, destination, protocol: 'http', figures, rows: [] };
  });
  const ids = new Set(made.flatMap(({ source, destination }) => [source, destination]));
  const node = (id: string): MapNode => ({
    id,
    name: id,
    namespace: '',
    kind: 'pod',
    figures: noFigures,
    calls: 0,
    selfCalls: 0,
    pods: 1,
    members: 1,
  });
  return { nodes: new Map([...ids].map((id) => [id, node(id)])), edges: new Map(made.map((edge) => [edge.key, edge])) };
}

const calls = (selection: { edges: ReadonlyMap<string, unknown> }) =>
  [...selection.edges.keys()].map((key) => key.replace('\n', '>'));

describe('which edges are on the map', () => {
  test('what fails comes first, then what is busy', () => {
    const graph = graphOf([
      ['a', 'b', 100],
      ['a', 'c', 50],
      ['a', 'd', 1, true],
    ]);
    const selection = selectEdges(graph, nothingShown, 2, now);
    assert.deepEqual(calls(selection), ['a>d', 'a>b']);
    assert.equal(selection.total, 3);
    assert.equal(selection.hiddenNodes, 1);
  });

  test('two that are equally busy do not take turns', () => {
    const first = selectEdges(
      graphOf([
        ['a', 'b', 10],
        ['a', 'c', 9],
      ]),
      nothingShown,
      1,
      now,
    );
    const second = selectEdges(
      graphOf([
        ['a', 'b', 9],
        ['a', 'c', 10],
      ]),
      first,
      1,
      now + 1000,
    );
    assert.deepEqual(calls(second), ['a>b']);
    const third = selectEdges(
      graphOf([
        ['a', 'b', 9],
        ['a', 'c', 20],
      ]),
      second,
      1,
      now + 2000,
    );
    assert.deepEqual(calls(third), ['a>c'], 'one that is much busier does take its place');
  });

  test('what goes silent stays for a while, and says so', () => {
    const first = selectEdges(
      graphOf([
        ['a', 'b', 10],
        ['a', 'c', 9],
      ]),
      nothingShown,
      5,
      now,
    );
    const silent = selectEdges(graphOf([['a', 'b', 10]]), first, 5, now + 1000);
    assert.deepEqual(calls(silent), ['a>b', 'a>c']);
    const seen = silent.edges.get(edgeKey('a', 'c'));
    assert.ok(seen && isGone(seen, now + 1000));
    const later = selectEdges(graphOf([['a', 'b', 10]]), silent, 5, now + lingerMs + 1000);
    assert.deepEqual(calls(later), ['a>b']);
    assert.deepEqual([...later.nodes.keys()], ['a', 'b']);
  });

  test('a step back in time begins anew', () => {
    const first = selectEdges(graphOf([['a', 'b', 10]]), nothingShown, 5, now);
    assert.deepEqual(calls(selectEdges(graphOf([['x', 'y', 1]]), first, 5, now - 60_000)), ['x>y']);
  });
});
