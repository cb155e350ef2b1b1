import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import { callHost, call as callPod, type Incoming } from '../call.ts';
import { type Call, createService } from '../http-service.ts';
import { work } from '../latency.ts';
import { podOf, serviceName } from '../pods.ts';
import type { Database } from '../postgres/client.ts';
import type { Random } from '../random.ts';
import { empty, json } from '../reply.ts';
import { isTrouble } from '../weather.ts';
import { fraudPort } from './payments.ts';

/** The shop's API: calls catalog, cart and payments, and turns their failures into its own. */
export function createApi(random: Random, database: Database): Server {
  let taken = 0;

  return createService('api', {
    'GET /healthz': (call) => json(call, 200, { status: 'ok' }),

    'GET /v1/products': async (call) => {
      const answer = await callPod('catalog', { path: `/products${call.url.search}`, trace: call.trace });
      pass(call, answer);
    },

    'GET /v1/products/:id': async (call) => {
      const etag = call.request.headers['if-none-match'];
      const headers = etag === undefined ? {} : { 'If-None-Match': etag };
      pass(call, await callPod('catalog', { path: `/products/${call.params.id}`, headers, trace: call.trace }));
    },

    'GET /v1/search': async (call) =>
      pass(call, await callPod('catalog', { path: `/search${call.url.search}`, trace: call.trace })),

    'GET /v1/cart/:cart': async (call) => {
      const cart = await callPod('cart', { path: `/carts/${call.params.cart}`, trace: call.trace });
      const { items = [] } = JSON.parse(`${cart.body}`);
      const ids = items.map(({ product }: { product: string }) => product).join(',');
      const products = await callPod('catalog', { path: `/products?ids=${ids}`, trace: call.trace });
      json(call, 200, { cart: call.params.cart, items, products: JSON.parse(`${products.body}`).items });
    },

    'POST /v1/cart/:cart/items': async (call) => {
      const headers = { 'Content-Type': 'application/json' };
      const path = `/carts/${call.params.cart}/items`;
      pass(call, await callPod('cart', { method: 'POST', path, body: await call.body(), headers, trace: call.trace }));
    },

    'DELETE /v1/cart/:cart': async (call) => {
      await callPod('cart', { method: 'DELETE', path: `/carts/${call.params.cart}`, trace: call.trace });
      empty(call, 204);
    },

    'POST /v1/orders': async (call) => {
      if (!call.request.headers.authorization) return json(call, 401, { error: 'no token' }, challenge);
      const { cart } = JSON.parse(`${await call.body()}`);
      const order = `o-${random.hex(4)}`;
      if (await isFraud(call, order)) return json(call, 403, { error: 'refused', order });
      if (random.chance(0.04)) await taxOf(order);
      const charge = await charged(call, order, random.between(900, 24_900) / 100);
      if (charge.status !== 201)
        return json(call, charge.status, { error: 'not charged', order, cause: reason(charge) });
      await callPod('cart', { method: 'DELETE', path: `/carts/${cart}`, trace: call.trace });
      const { id } = JSON.parse(`${charge.body}`);
      await database.query(`INSERT INTO orders (id, cart, charge) VALUES ('${order}', '${word(cart)}', '${word(id)}')`);
      taken += 1;
      json(call, 201, { order, cart, charge: JSON.parse(`${charge.body}`) }, { Location: `/v1/orders/${order}` });
    },

    'GET /v1/orders/:id': async (call) => {
      const [row] = await database.query(`SELECT id, cart, charge FROM orders WHERE id = '${word(call.params.id)}'`);
      if (row) json(call, 200, { order: row[0], cart: row[1], charge: row[2] });
      else json(call, 404, { error: 'no such order', id: call.params.id });
    },

    'GET /v1/recommendations': async (call) => {
      // Overloaded at times, and says so.
      if (random.chance(isTrouble('recommendations') ? 0.6 : 0.02))
        return json(call, 503, { error: 'overloaded' }, { 'Retry-After': '2' });
      await work(random, 25, 0.9);
      pass(call, await callPod('catalog', { path: '/products?limit=6', trace: call.trace }));
    },

    'GET /v1/reports/daily': async (call) => {
      await work(random, 450, 0.5);
      json(call, 200, {
        day: new Date().toISOString().slice(0, 10),
        orders: taken,
        revenue: random.between(0, 1e5) / 100,
      });
    },

    'GET /v1/export': (call) => exportRows(call, random),

    'PUT /v1/uploads/:name': async (call) => {
      const body = await call.body();
      const sha256 = createHash('sha256').update(body).digest('hex');
      json(call, 201, { name: call.params.name, bytes: body.length, sha256 });
    },
  });
}

const challenge = { 'WWW-Authenticate': 'Bearer realm="shop"' };

/** Asks the fraud check, without which business goes on: it is restarted now and then, and its port is closed meanwhile. */
async function isFraud(call: Call, order: string): Promise<boolean> {
  const check = { host: serviceName(podOf('payments')), port: fraudPort };
  const path = `/score?order=${order}`;
  const answer = await callHost(check, { path, trace: call.trace, agent: false, timeout: 500 }).catch(() => undefined);
  return answer?.status === 200 && JSON.parse(`${answer.body}`).score > 0.99;
}

/** Asks a partner whose host is down: nobody ever answers the connection. */
async function taxOf(order: string): Promise<void> {
  const partner = { host: 'tax.partner.example', port: 80 };
  await callHost(partner, { path: `/v2/tax/${order}`, agent: false, timeout: 1500 }).catch(() => undefined);
}

/** What may stand between quotes in SQL. */
function word(text: unknown): string {
  return `${text}`.replace(/[^\w-]/g, '');
}

/** The charge, or 504/502 in its place when payments does not answer. */
async function charged(call: Call, order: string, amount: number): Promise<Incoming> {
  const body = JSON.stringify({ order, amount, currency: 'EUR' });
  const headers = { 'Content-Type': 'application/json', 'X-Api-Key': 'demo-payments-key', 'Idempotency-Key': order };
  try {
    return await callPod('payments', {
      method: 'POST',
      path: '/charges',
      body,
      headers,
      trace: call.trace,
      timeout: 1000,
    });
  } catch (error) {
    const timedOut = error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT';
    return { status: timedOut ? 504 : 502, headers: {}, body: Buffer.from(`${error}`) };
  }
}

function reason({ body }: Incoming): unknown {
  try {
    return JSON.parse(`${body}`);
  } catch {
    return `${body}`;
  }
}

/** Hands an answer on as it came, without what belongs to the connection it came on. */
function pass({ response }: Call, { status, headers, body }: Incoming): void {
  const kept = ['content-type', 'content-encoding', 'etag', 'cache-control'] as const;
  for (const name of kept) if (headers[name] !== undefined) response.setHeader(name, headers[name]);
  if (status !== 304) response.setHeader('Content-Length', body.length);
  response.writeHead(status).end(status === 304 ? undefined : body);
}

/** Some 300 KB in chunks of unlike size, with a checksum in a trailer (RFC 9112 §7.1.2). */
function exportRows({ response }: Call, random: Random): void {
  const hash = createHash('sha256');
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson', Trailer: 'X-Checksum-Sha256' });
  for (let row = 0, sent = 0; sent < 300_000; row++) {
    const line = `${JSON.stringify({ row, sku: `p-${1000 + (row % 64)}`, note: 'x'.repeat(random.between(40, 2000)) })}\n`;
    hash.update(line);
    response.write(line);
    sent += line.length;
  }
  response.addTrailers({ 'X-Checksum-Sha256': hash.digest('hex') });
  response.end();
}
