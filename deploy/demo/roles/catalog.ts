import type { Server } from 'node:http';
import { createService } from '../http-service.ts';
import { work } from '../latency.ts';
import { createRandom, type Random } from '../random.ts';
import { cached, json } from '../reply.ts';

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly price: number;
  readonly currency: string;
  readonly tags: readonly string[];
  readonly description: string;
}

const adjectives = ['Amber', 'Quiet', 'Nordic', 'Folding', 'Braided', 'Tidal', 'Matte', 'Hand-thrown'] as const;
const nouns = ['Lantern', 'Kettle', 'Rucksack', 'Desk', 'Teapot', 'Blanket', 'Stool', 'Compass'] as const;
const tags = ['new', 'sale', 'handmade', 'wood', 'linen', 'übersee', '日本'] as const;

/** The same shelf on every run, whatever the seed. */
function shelf(): readonly Product[] {
  const random = createRandom(64);
  return adjectives.flatMap((adjective, row) =>
    nouns.map((noun, column) => ({
      id: `p-${1000 + row * nouns.length + column}`,
      name: `${adjective} ${noun}`,
      price: random.between(900, 24_900) / 100,
      currency: 'EUR',
      tags: [random.pick(tags), random.pick(tags)],
      description: `This ${noun.toLowerCase()} is made for every day. `.repeat(random.between(1, 4)).trim(),
    })),
  );
}

/** Read-mostly: lists, single products with an ETag, and a search that streams. */
export function createCatalog(random: Random): Server {
  const products = shelf();
  const bodies = new Map(products.map((product) => [product.id, Buffer.from(`${JSON.stringify(product)}\n`)]));

  return createService('catalog', {
    'GET /healthz': (call) => json(call, 200, { status: 'ok' }),

    'GET /products': async (call) => {
      await work(random, 6);
      const limit = Number(call.url.searchParams.get('limit') ?? 24);
      const wanted = call.url.searchParams.get('ids')?.split(',');
      const items = products.filter(({ id }) => wanted?.includes(id) ?? true).slice(0, limit);
      json(call, 200, { items, total: products.length });
    },

    'GET /products/:id': async (call) => {
      await work(random, 2);
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
