import type { Server } from 'node:http';
import { createService } from '../http-service.ts';
import { work } from '../latency.ts';
import type { Database } from '../postgres/client.ts';
import type { Random } from '../random.ts';
import { cached, json } from '../reply.ts';
import { isTrouble } from '../weather.ts';
import { shelf } from './shelf.ts';

/** Read-mostly: lists, single products with an ETag, and a search that streams. What is for sale is in the database. */
export function createCatalog(random: Random, database: Database): Server {
  const products = shelf();
  setInterval(() => isTrouble('indexing') && burn(60), 100).unref();
  const bodies = new Map(products.map((product) => [product.id, Buffer.from(`${JSON.stringify(product)}\n`)]));

  return createService('catalog', {
    'GET /healthz': (call) => json(call, 200, { status: 'ok' }),

    'GET /products': async (call) => {
      await work(random, 3);
      const limit = Number(call.url.searchParams.get('limit') ?? 24);
      await database.query(
        `SELECT id, name, price FROM products ORDER BY id LIMIT ${Math.min(64, Math.max(1, Math.floor(limit) || 24))}`,
      );
      const wanted = call.url.searchParams.get('ids')?.split(',');
      const items = products.filter(({ id }) => wanted?.includes(id) ?? true).slice(0, limit);
      json(call, 200, { items, total: products.length });
    },

    'GET /products/:id': async (call) => {
      await database.query(
        `SELECT id, name, price FROM products WHERE id = '${`${call.params.id}`.replaceAll("'", '')}'`,
      );
      const body = bodies.get(call.params.id ?? '');
      if (body) cached(call, 'application/json', body, 30);
      else json(call, 404, { error: 'no such product', id: call.params.id });
    },

    'GET /search': async (call) => {
      const words = (call.url.searchParams.get('q') ?? '').toLowerCase();
      const found = products.filter(({ name }) => name.toLowerCase().includes(words));
      // One JSON document a line, as found: chunked, and slower the more there is.
      call.response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      for (const product of found) {
        await work(random, 3);
        call.response.write(`${JSON.stringify(product)}\n`);
      }
      call.response.end();
    },
  });
}

/** Keeps the CPU busy for some milliseconds: whoever asks meanwhile waits. */
function burn(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) Math.sqrt(end);
}
