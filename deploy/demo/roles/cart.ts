import type { Server } from 'node:http';
import { createService } from '../http-service.ts';
import { work } from '../latency.ts';
import type { Random } from '../random.ts';
import type { Redis } from '../redis/client.ts';
import { empty, json } from '../reply.ts';

interface Item {
  readonly product: string;
  readonly quantity: number;
}

/** A fast store: reads, writes, deletes. Carts are lists in Redis, so that it can be restarted. */
export function createCart(random: Random, redis: Redis): Server {
  const keyOf = (cart: string | undefined) => `cart:${cart}`;

  return createService('cart', {
    'GET /healthz': (call) => json(call, 200, { status: 'ok' }),

    'GET /carts/:cart': async (call) => {
      await work(random, 1);
      const found = await redis.send('LRANGE', keyOf(call.params.cart), '0', '-1');
      const items: readonly Item[] = Array.isArray(found) ? found.map((each) => JSON.parse(`${each}`)) : [];
      json(call, 200, { cart: call.params.cart, items, count: items.length });
    },

    'POST /carts/:cart/items': async (call) => {
      const { product, quantity = 1 } = JSON.parse(`${await call.body()}`);
      const key = keyOf(call.params.cart);
      await work(random, 1.5);
      if (Number(await redis.send('LLEN', key)) >= 20) return json(call, 409, { error: 'the cart is full', limit: 20 });
      const position = await redis.send('RPUSH', key, JSON.stringify({ product, quantity }));
      await redis.send('EXPIRE', key, '3600');
      json(call, 201, { product, quantity, position });
    },

    'DELETE /carts/:cart': async (call) => {
      await redis.send('DEL', keyOf(call.params.cart));
      empty(call, 204);
    },
  });
}
