/** What the agent answers over plain HTTP: that it lives, that it is ready, its own metrics. Nothing of the traffic. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../src/domain/errors.ts';
import type { HttpAddress } from './listen-address.ts';

export interface HttpPage {
  readonly type: string;
  /** Status and text; asked for at each request. */
  readonly answer: () => Promise<{ readonly status: number; readonly text: string }>;
}

export interface HttpPages {
  readonly port: number;
  close(): void;
}

const maxConnections = 64;

/**
 * Answers GET of these paths.
 *
 * @throws AppError `port-in-use`, `agent-start`
 */
export async function serveHttpPages(
  { host, port }: HttpAddress,
  pages: ReadonlyMap<string, HttpPage>,
): Promise<HttpPages> {
  const server = createServer((request, response) => {
    const page = pages.get(request.url?.split('?', 1)[0] ?? '');
    const send = (status: number, text: string, type = 'text/plain; charset=utf-8', more = {}) =>
      void response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...more }).end(text);
    if (!page) return send(404, 'not found\n');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return send(405, 'GET only\n', undefined, { allow: 'GET, HEAD' });
    page.answer().then(
      ({ status, text }) => send(status, text, page.type),
      () => send(500, 'failed\n'),
    );
  });
  server.maxConnections = maxConnections;
  server.requestTimeout = 5000;
  server.headersTimeout = 5000;
  await listen(server, host, port);
  // Whoever breaks a connection off is no reason to end.
  server.on('error', () => {});
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const address = `${host}:${port}`;
      reject(
        error.code === 'EADDRINUSE'
          ? new AppError('port-in-use', { address }, { cause: error })
          : new AppError('agent-start', { reason: `cannot listen on ${address}: ${error.message}` }, { cause: error }),
      );
    });
    server.listen(port, host, resolve);
  });
}
