import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CaptureListener, EdgeSample, FlowSample } from './capture/source.ts';
import { ownLineOf, withoutOwnLine } from './own-line.ts';

const flow = (over: Partial<FlowSample>) =>
  ({
    netnsCookie: 7,
    localAddress: '127.0.0.1',
    localPort: 40_000,
    remoteAddress: '127.0.0.1',
    remotePort: 7788,
    ...over,
  }) as FlowSample;
const edge = (over: Partial<EdgeSample>) =>
  ({ netnsCookie: 7, transport: 'tcp', localAddress: '::1', remoteAddress: '::1', port: 7788, ...over }) as EdgeSample;

function heard(tell: (listener: CaptureListener) => void): number {
  let count = 0;
  const one = () => {
    count += 1;
  };
  const listener: CaptureListener = {
    open() {},
    segment() {},
    close() {},
    tick() {},
    flow: one,
    edge: one,
  };
  tell(withoutOwnLine(listener, { netns: 7, port: 7788 }));
  return count;
}

describe("the agent's own line", () => {
  test('is not told of, whichever end, one by one or summed up', () => {
    const silent = { cookie: 2 ** 52, netnsCookie: 0 };
    const own = [flow({}), flow({ localPort: 7788, remotePort: 40_000 }), flow(silent)];
    assert.equal(
      heard((listener) => {
        for (const each of own) listener.flow?.(each);
      }),
      0,
    );
    assert.equal(
      heard((listener) => listener.edge?.(edge({}))),
      0,
    );
  });

  test('is no other one: another port, another namespace with the same port, an address that others reach, a datagram', () => {
    const flows = [flow({ remotePort: 80 }), flow({ netnsCookie: 8 }), flow({ remoteAddress: '10.1.0.7' })];
    const edges = [edge({ port: 80 }), edge({ netnsCookie: 8 }), edge({ transport: 'udp' })];
    const told = heard((listener) => {
      for (const each of flows) listener.flow?.(each);
      for (const each of edges) listener.edge?.(each);
    });
    assert.equal(told, flows.length + edges.length);
  });

  test('is nothing to a recording, and to who listens on a unix socket', () => {
    const listen = { kind: 'tcp', host: '127.0.0.1', port: 7788 } as const;
    const live = { kind: 'live', cgroup: '/' } as never;
    assert.equal(ownLineOf({ source: { kind: 'recording', file: 'x' } as never, listen }), undefined);
    assert.equal(ownLineOf({ source: live, listen: { kind: 'unix', path: '/x' } }), undefined);
  });
});
