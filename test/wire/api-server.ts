/** As much of an API server as a terminal speaks to: lists and watches, one Secret, port-forwards to a unix socket. Answers have the shapes of a real one's. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { forward } from './port-forward.ts';

export interface ApiObject {
  readonly metadata: { readonly uid: string; readonly name: string; readonly namespace?: string };
}

export interface ApiServer {
  readonly config: KubeConfig;
  /** An object of a list, by the path of the list. */
  put(path: string, object: object & ApiObject): void;
  remove(path: string, uid: string): void;
  /** Answers of a path from now on instead: an error's status; undefined = as before. */
  refuse(path: string | RegExp, status: number | undefined): void;
  /** Where port-forwards to a pod lead. */
  readonly pods: Map<string, string>;
  /** Ends all watches and tunnels, as a restart does. */
  cut(): void;
  /** "authorization" of every request. */
  readonly signedIn: Set<string>;
  close(): Promise<void>;
}

export const token = 'the-secret-token-of-the-kubeconfig';

export async function startApiServer(): Promise<ApiServer> {
  const lists = new Map<string, Map<string, object & ApiObject>>();
  const watches = new Map<string, Set<ServerResponse>>();
  const refusals: (readonly [string | RegExp, number])[] = [];
  const pods = new Map<string, string>();
  const signedIn = new Set<string>();
  let version = 100;

  const statusOf = (path: string): number | undefined =>
    refusals.find(([which]) => (typeof which === 'string' ? which === path : which.test(path)))?.[1];
  const versioned = (object: object & ApiObject) => ({
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(version) },
  });
  const tell = (path: string, type: string, object: object & ApiObject) => {
    version += 1;
    for (const response of watches.get(path) ?? [])
      response.write(`${JSON.stringify({ type, object: versioned(object) })}\n`);
  };
  const fail = (response: ServerResponse, code: number) =>
    void response
      .writeHead(code, { 'content-type': 'application/json' })
      .end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason: 'Forbidden' }));

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    signedIn.add(request.headers.authorization ?? '');
    const refusal = statusOf(pathname);
    if (refusal !== undefined) {
      fail(response, refusal);
      return;
    }
    const list = lists.get(pathname);
    if (!list) {
      const [, folder = '', name = ''] = /^(.*)\/([^/]+)$/.exec(pathname) ?? [];
      const found = [...(lists.get(folder)?.values() ?? [])].find(({ metadata }) => metadata.name === name);
      if (!found) fail(response, 404);
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(versioned(found)));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    if (searchParams.get('watch') === 'true') {
      response.flushHeaders();
      const open = watches.get(pathname) ?? new Set();
      watches.set(pathname, open.add(response));
      response.on('close', () => open.delete(response));
      return;
    }
    const items = [...list.values()].map(versioned);
    response.end(
      JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: String(version) }, items }),
    );
  };

  const server = createServer(answer);
  server.on('upgrade', (request, socket) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    signedIn.add(request.headers.authorization ?? '');
    const pod = /\/pods\/([^/]+)\/portforward$/.exec(pathname)?.[1] ?? '';
    const refusal = statusOf(pathname);
    const path = pods.get(pod);
    if (refusal !== undefined || path === undefined) {
      socket.end(`HTTP/1.1 ${refusal ?? 404} no\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    forward(request, socket, path, Number(searchParams.get('ports')), { in: 0, out: 0 });
  });
  const open = new Set<{ destroy(): void }>();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'test', token },
  );
  const cut = () => {
    for (const socket of open) socket.destroy();
    server.closeAllConnections();
  };

  return {
    config,
    put(path, object) {
      const list = lists.get(path) ?? new Map<string, object & ApiObject>();
      lists.set(path, list);
      const isNew = !list.has(object.metadata.uid);
      list.set(object.metadata.uid, object);
      tell(path, isNew ? 'ADDED' : 'MODIFIED', object);
    },
    remove(path, uid) {
      const object = lists.get(path)?.get(uid);
      if (!object) return;
      lists.get(path)?.delete(uid);
      tell(path, 'DELETED', object);
    },
    refuse(path, status) {
      const at = refusals.findIndex(([which]) => String(which) === String(path));
      if (at >= 0) refusals.splice(at, 1);
      if (status !== undefined) refusals.push([path, status]);
    },
    pods,
    cut,
    signedIn,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
