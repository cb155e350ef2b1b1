/** The agent's own line: what terminals say to it through a tunnel is nobody's traffic, and more of it the more is shown. */
import { isLoopback } from './attribution/sockets.ts';
import type { CaptureListener } from './capture/source.ts';
import { loadNative } from './native/native.ts';
import type { AgentOptions } from './options.ts';
import { isSilent } from './survey/silent-connections.ts';

export interface OwnLine {
  /** Cookie of the agent's network namespace: another pod may listen on the same port of a loopback of its own. */
  readonly netns: number;
  readonly port: number;
}

/** Undefined where nobody can tell: of a recording, behind a unix socket, on kernels before 5.14. */
export function ownLineOf({ source, listen }: Pick<AgentOptions, 'source' | 'listen'>): OwnLine | undefined {
  if (source.kind !== 'live' || listen.kind !== 'tcp' || listen.port === 0) return undefined;
  const netns = loadNative().netnsCookie();
  return netns === undefined ? undefined : { netns, port: listen.port };
}

/** Connections to the agent's port of its own loopback are not told of: neither those of a port-forward (a process of the node, in the agent's namespace) nor those of an ssh tunnel. */
export function withoutOwnLine(listener: CaptureListener, own: OwnLine | undefined): CaptureListener {
  if (own === undefined) return listener;
  const { netns, port } = own;
  return {
    ...listener,
    flow(sample) {
      const isOwn = sample.remotePort === port || sample.localPort === port;
      // A silent one may be another pod's: it is told of as soon as it says something.
      const isHere = sample.netnsCookie === netns || isSilent(sample);
      if (!isOwn || !isHere || !isLoopback(sample.remoteAddress)) listener.flow?.(sample);
    },
    edge(sample) {
      const isOwn = sample.transport === 'tcp' && sample.port === port;
      if (!isOwn || sample.netnsCookie !== netns || !isLoopback(sample.remoteAddress)) listener.edge?.(sample);
    },
  };
}
