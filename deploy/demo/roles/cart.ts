import type { Server } from 'node:http';
import { createService } from '../http-service.ts';
import { work } from '../latency.ts';
import type { Random } from '../random.ts';
import { empty, json } from '../reply.ts';

interface Item {
  readonly product: string;
  readonly quantity: number;
}

/** Carts kept; the one that was made first goes first. */
const KEPT = 500;

/** A fast store in memory: reads, writes, deletes. */
export function createCart(random: Random): Server {
  const carts = new Map<string, Item[]>();

  function itemsOf(cart: string): Item[] {
    const items = carts.get(cart) ?? [];
    carts.set(cart, items);
    const [oldest] = carts.keys();
    if (carts.size > KEPT && oldest) carts.delete(oldest);
    return items;
  }

  return createService('cart', {
    'GET /healthz': (call) => json(call, 200, { status: 'ok' }),

    'GET /carts/:cart': async (call) => {
      await work(random, 1.5);
      const items = carts.get(call.params.cart ?? '') ?? [];
      json(call, 200, { cart: call.params.cart, items, count: items.length });
    },

    'POST /carts/:cart/items': async (call) => {
      const { product, quantity = 1 } = JSON.parse(`${await call.body()}`);
      await work(random, 2.5);
      const items = itemsOf(call.params.cart ?? '');
      if (items.length >= 20) return json(call, 409, { error: 'the cart is full', limit: 20 });
      items.push({ product, quantity });
      json(call, 201, { product, quantity, position: items.length });
    },

    'DELETE /carts/:cart': async (call) => {
      await work(random, 1);
      carts.delete(call.params.cart ?? '');
      empty(call, 204);
    },
  });
}
