/** The rows of real traffic between Node's own client and server, recorded by a proxy between them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import type { HttpEvent } from '../../../src/domain/tables/http-events.ts';
import { type ConnectionModel, modelConnection } from '../../stream/testing/capture-model.ts';
import { rowsOf } from './testing/run.ts';

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => void chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const text = Buffer.from(`${request.method} ${request.url} ${body.toString('latin1')}`, 'latin1');
    switch (new URL(request.url ?? '/', 'http://x').pathname) {
      case '/gzip':
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(zlib.gzipSync(text));
        return;
      case '/chunks':
        if (request.method === 'HEAD') {
          response.end();
          return;
        }
        response.writeHead(200, { trailer: 'x-sum' });
        for (let i = 0; i < 20; i++) response.write(`${i},`.repeat(200));
        response.addTrailers({ 'x-sum': '42' });
        response.end();
        return;
      case '/early':
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        response.writeHead(201).end(text);
        return;
      case '/empty':
        response.writeHead(204).end();
        return;
      case '/missing':
        response.writeHead(404, 'Nowhere To Be Seen').end(text);
        return;
      default:
        response.writeHead(200, { 'content-length': text.length }).end(text);
    }
  });
});

const recorded: ConnectionModel[] = [];
const proxy = net.createServer((client) => {
  const model = modelConnection({ cookie: recorded.length + 1, step: 1000 });
  recorded.push(model);
  const upstream = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  const pass = (from: net.Socket, to: net.Socket, direction: 0 | 1): void => {
    from.on('data', (bytes) => {
      model.send(direction, bytes);
      to.write(bytes);
    });
    from.on('end', () => {
      model.fin(direction);
      to.end();
    });
    from.on('error', () => to.destroy());
  };
  pass(client, upstream, 0);
  pass(upstream, client, 1);
});

before(async () => {
  server.listen(0, '127.0.0.1');
  proxy.listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(proxy, 'listening')]);
});
after(() => {
  server.closeAllConnections();
  server.close();
  proxy.close();
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: Buffer;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });

/** What the client knows of its own exchange. */
async function ask({ method, path, body }: Sent, id: number) {
  const { port } = proxy.address() as AddressInfo;
  const request = http.request({ port, host: '127.0.0.1', agent, method, path, headers: { 'x-id': id } });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    id,
    method,
    path,
    body,
    status: response.statusCode,
    raw: response.rawHeaders,
    message: response.statusMessage,
    answer: Buffer.concat(chunks),
    trailers: response.rawTrailers,
  };
}

test('the rows are what client and server said', { timeout: 20_000 }, async () => {
  const paths = ['/plain?q=1', '/gzip', '/chunks', '/early', '/empty', '/missing', '/%C3%BC'];
  const methods = ['GET', 'POST', 'PUT', 'HEAD', 'DELETE'];
  const sent: Sent[] = [];
  for (let i = 0; i < 70; i++) {
    const method = methods[i % methods.length] ?? 'GET';
    const path = paths[i % paths.length] ?? '/';
    sent.push(
      method === 'POST' || method === 'PUT' ? { method, path, body: Buffer.alloc(i * 97, i) } : { method, path },
    );
  }
  const exchanges = await Promise.all(sent.map(ask));
  agent.destroy();

  const { rows, losses } = rowsOf(recorded.flatMap((model) => model.records));
  const byId = new Map<string | undefined, HttpEvent>();
  for (const row of rows) byId.set(row.req_headers?.find(([name]) => name === 'x-id')?.[1], row);
  assert.equal(byId.size, exchanges.length);
  assert.deepEqual(losses, {});
  for (const exchange of exchanges) {
    const row = byId.get(`${exchange.id}`);
    assert.ok(row);
    assert.equal(row.req_method, exchange.method);
    assert.equal(row.req_path, exchange.path);
    assert.equal(row.resp_status, exchange.status);
    assert.equal(row.resp_message, exchange.message);
    assert.deepEqual(row.resp_headers?.flat(), exchange.raw);
    assert.deepEqual(row.resp_trailers?.flat() ?? [], exchange.trailers);
    assert.deepEqual(Buffer.from(row.req_body ?? []), exchange.body ?? Buffer.alloc(0));
    const answer =
      exchange.path === '/gzip' && exchange.answer.length > 0 ? zlib.gunzipSync(exchange.answer) : exchange.answer;
    assert.deepEqual(Buffer.from(row.resp_body ?? []), answer);
    assert.equal(row.resp_body_size, exchange.answer.length);
    assert.equal(row.error, null);
  }
});
