import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from './reply.ts';
import { type Trace, traceOf } from './trace.ts';

/** One request on its way through a service. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** What the `:name` parts of the route matched. */
  readonly params: Readonly<Record<string, string>>;
  readonly trace: Trace;
  /** The whole request body; rejects beyond 1 MiB. */
  body(): Promise<Buffer>;
}

export type Handler = (call: Call) => void | Promise<void>;

/** Handlers by method and path: `{'GET /v1/products/:id': …}`. A GET route also answers HEAD. */
export type Routes = Readonly<Record<string, Handler>>;

const BODY_LIMIT = 1 << 20;

/** An HTTP/1.1 server with routes, 404/405, and a JSON 500 for what a handler throws. */
export function createService(name: string, routes: Routes): Server {
  const table = Object.entries(routes).map(([route, handler]) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, match: matcher(path), handler };
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Server', `${name}/1.4.2`);
    const url = new URL(request.url ?? '/', 'http://service');
    const trace = traceOf(request.headers);
    response.setHeader('X-Request-Id', trace.requestId);
    const matched = table.flatMap((route) => {
      const params = route.match(url.pathname);
      return params ? [{ ...route, params }] : [];
    });
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const found = matched.find((route) => route.method === method);
    const call: Call = { request, response, url, params: found?.params ?? {}, trace, body: () => read(request) };
    if (found) return found.handler(call);
    if (matched.length === 0) return json(call, 404, { error: 'not found', path: url.pathname });
    response.setHeader('Allow', matched.map((route) => route.method).join(', '));
    return json(call, 405, { error: 'method not allowed' });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else
        response.writeHead(500, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error: error.message }));
    });
  });
  server.keepAliveTimeout = 30_000;
  return server;
}

function matcher(path: string): (pathname: string) => Record<string, string> | undefined {
  const pattern = new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)').replace(/\*$/, '.*')}$`);
  return (pathname) => {
    const match = pattern.exec(pathname);
    return match ? { ...match.groups } : undefined;
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > BODY_LIMIT) throw new Error('request body over 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
