/**
 * A way to a port on the loopback interface of a pod, through the API server: a unix socket here, each connection to which becomes a port-forward
 * (kubernetes.io/docs/reference/generated/kubernetes-api, pods/portforward; WebSocket). Who may not forward to the pod does not get through.
 */
import { createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

export interface Tunnel {
  /** As a client dials it. */
  readonly address: string;
  /** Why the last connection did not get through; undefined while one does. */
  readonly failure: TunnelFailure | undefined;
  close(): void;
}

export interface TunnelFailure {
  readonly reason: string;
  /** The API server refused. */
  readonly isRefusal: boolean;
}

export interface TunnelOptions {
  readonly config: KubeConfig;
  /** Of the unix socket, in a folder that nobody else may enter. */
  readonly path: string;
  /** Asked at each connection: pods come and go behind a tunnel; undefined = there is none now. */
  readonly target: () => PodPort | undefined;
}

/** What is said on the error channel that is kept. */
const mostErrorBytes = 500;

/** @throws Error when the socket cannot be made */
export async function openTunnel({ config, path, target }: TunnelOptions): Promise<Tunnel> {
  const { PortForward } = await import('@kubernetes/client-node');
  const forward = new PortForward(config);
  const open = new Set<Socket>();
  let failure: TunnelFailure | undefined;

  const server = createServer({ allowHalfOpen: false }, (socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    void carry(socket);
  });

  async function carry(socket: Socket): Promise<void> {
    const to = target();
    if (!to) {
      failure = { reason: 'its pod is gone', isRefusal: false };
      socket.destroy();
      return;
    }
    const words = new PassThrough();
    let isRefused = false;
    words.on('data', (bytes: Buffer) => {
      const text = bytes.subarray(0, mostErrorBytes).toString('utf8').trim();
      if (text === '') return;
      isRefused = true;
      failure = { reason: forwardReason(text), isRefusal: false };
      socket.destroy();
    });
    try {
      const line = await forward.portForward(to.namespace, to.pod, [to.port], socket, words, socket);
      if (typeof line === 'function') return;
      // What is behind it may have said no already.
      if (!isRefused) failure = undefined;
      // The client of this socket looks after its own life; here one end only follows the other.
      line.addEventListener('error', () => socket.destroy());
      line.addEventListener('close', () => socket.destroy());
      socket.once('close', () => line.close());
      if (socket.destroyed) line.close();
    } catch (error) {
      failure = failureOf(error, to);
      socket.destroy();
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.on('error', () => {});
  server.unref();
  return {
    address: `unix:${path}`,
    get failure() {
      return failure;
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** "error forwarding port 7788 to pod …: … connect: connection refused" says less than what is behind it. */
function forwardReason(text: string): string {
  if (/connection refused/.test(text)) return 'the agent does not listen yet';
  if (/not found|does not exist/i.test(text)) return 'its pod is gone';
  return text.split('\n', 1)[0] ?? text;
}

/** The WebSocket client has no more than a sentence for a refused handshake. */
function failureOf(error: unknown, { namespace }: PodPort): TunnelFailure {
  const { message = String(error) } = (error ?? {}) as { readonly message?: string };
  const status = Number(/Unexpected server response: (\d{3})/.exec(message)?.[1]);
  if (status === 403) {
    const reason = `not allowed to forward ports (403): it takes get and create on pods/portforward in the namespace ${namespace}`;
    return { reason, isRefusal: true };
  }
  if (status === 401) return { reason: 'the API server refuses the credentials (401)', isRefusal: true };
  if (status === 404) return { reason: 'its pod is gone', isRefusal: false };
  if (status) return { reason: `the API server answers ${status} to a port-forward`, isRefusal: false };
  return { reason: `the API server cannot be reached: ${message.slice(0, 200)}`, isRefusal: false };
}
