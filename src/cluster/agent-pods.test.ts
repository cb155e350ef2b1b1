import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agentPodOf } from './agent-pods.ts';

describe('why an agent ended again and again', () => {
  const reasonOf = (message: string | undefined) => {
    const pod = agentPodOf({
      metadata: { uid: 'u', name: 'agent-x' },
      status: {
        containerStatuses: [
          {
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { reason: 'Error', exitCode: 127, ...(message !== undefined && { message }) } },
          },
        ],
      },
    });
    return pod?.reason;
  };

  test('is what it said last, out of the end of its log', () => {
    const log =
      'lines before\n{"ready":false,"error":{}}\nkelpie agent: eBPF capture cannot run here: no bpf(). Update.\n';
    assert.match(reasonOf(log) ?? '', /^it ends again and again: eBPF capture cannot run here: no bpf\(\)\. Update\.;/);
  });

  test('is that it lacks capabilities where setpriv could not hand them on', () => {
    const said = reasonOf('setpriv: apply capabilities: Operation not permitted\n') ?? '';
    assert.match(said, /may not use its capabilities \(setpriv: apply capabilities/);
    assert.match(said, /kelpie deploy --run-as-root/);
  });

  test('is in the words of the container runtime, or a number, where it said nothing', () => {
    assert.match(
      reasonOf('failed to create containerd task: no such file') ?? '',
      /: failed to create containerd task/,
    );
    assert.match(reasonOf(undefined) ?? '', /: Error, exit code 127;/);
  });
});
