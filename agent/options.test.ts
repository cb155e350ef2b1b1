import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAgentOptions } from './options.ts';

describe('the agent’s command line', () => {
  test('live by default, on everything, on a loopback port', () => {
    assert.deepEqual(parseAgentOptions([]), {
      source: { kind: 'live', cgroup: '/', podsBelow: undefined, kubernetes: undefined },
      listen: { kind: 'tcp', host: '127.0.0.1', port: 7788 },
      keyFile: undefined,
      policyFile: undefined,
      health: undefined,
      metrics: undefined,
      record: undefined,
      redact: [],
      ringBytes: 28 << 20,
      budget: { events: 240_000, bytes: 256 << 20 },
      stdinWatch: false,
    });
  });

  test('reads every option', () => {
    const line =
      '--source live --cgroup /a//b/ --pods-below /a --listen unix:/tmp/x --record f --redact X-Token,Foo --stdin-watch --budget-events 5000';
    const options = parseAgentOptions(line.split(' '));
    assert.ok(typeof options === 'object');
    assert.deepEqual(options.source, { kind: 'live', cgroup: '/a/b', podsBelow: '/a', kubernetes: undefined });
    assert.deepEqual(options.redact, ['x-token', 'foo']);
    assert.equal(options.stdinWatch, true);
    assert.equal(options.budget.events, 5000);
    const replay = parseAgentOptions(['--replay', 'f', '--speed', '2.5', '--no-redact']);
    assert.ok(typeof replay === 'object');
    assert.deepEqual(replay.source, { kind: 'recording', file: 'f', speed: 2.5 });
    assert.equal(replay.redact, false);
    const cluster = parseAgentOptions(['--kubernetes', '--node', 'node-1.example']);
    assert.ok(typeof cluster === 'object' && cluster.source.kind === 'live');
    assert.deepEqual(cluster.source.kubernetes, { node: 'node-1.example' });
    const guarded = parseAgentOptions(
      '--key-file k --policy-file p --health 0.0.0.0:7789 --metrics [::]:7790'.split(' '),
    );
    assert.ok(typeof guarded === 'object');
    assert.deepEqual([guarded.keyFile, guarded.policyFile], ['k', 'p']);
    assert.deepEqual(
      [guarded.health, guarded.metrics],
      [
        { host: '0.0.0.0', port: 7789 },
        { host: '::', port: 7790 },
      ],
    );
    assert.equal(parseAgentOptions(['--help']), 'help');
    assert.equal(parseAgentOptions(['--version']), 'version');
  });

  test('says what is wrong', () => {
    const wrong: readonly (readonly [line: string, message: RegExp])[] = [
      ['--nonsense', /nonsense/],
      ['--health 7789', /--health takes HOST:PORT/],
      ['stray', /stray/],
      ['--speed 2', /--speed needs --replay/],
      ['--replay f --speed 0', /above 0/],
      ['--replay f --speed x', /not "x"/],
      ['--replay f --record g', /exclude each other/],
      ['--node a', /--node needs --kubernetes/],
      ['--kubernetes --node A_b', /no name of a node/],
      ['--kubernetes --replay f', /exclude each other/],
      ['--cgroup relative', /begins with \//],
      ['--cgroup /a/../b', /no cgroup path/],
      ['--redact a,b:c', /"b:c" is no header name/],
      ['--ring-bytes 5', /--ring-bytes/],
      ['--budget-events 5', /--budget-events/],
      ['--budget-bytes x', /--budget-bytes/],
      ['--source file', /--source takes live/],
      ['--listen 0.0.0.0:80', /does not listen on 0\.0\.0\.0/],
      ['--listen nonsense', /no address to listen on/],
    ];
    for (const [line, message] of wrong) {
      assert.throws(
        () => parseAgentOptions(line.split(' ')),
        (error: { code?: string; message: string }) => {
          assert.equal(error.code, 'usage');
          assert.match(error.message, message);
          return true;
        },
      );
    }
  });
});
