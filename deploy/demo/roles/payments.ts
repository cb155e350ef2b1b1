import type { Server } from 'node:http';
import { createService } from '../http-service.ts';
import { work } from '../latency.ts';
import type { Random } from '../random.ts';
import { empty, json } from '../reply.ts';

interface Charge {
  readonly id: string;
  readonly order: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: 'succeeded' | 'declined';
}

/** Charges kept for reading back. */
const KEPT = 200;

/** The slow and unreliable one: declines, fails, never answers, hangs up. */
export function createPayments(random: Random): Server {
  const charges = new Map<string, Charge>();

  return createService('payments', {
    'GET /healthz': (call) => json(call, 200, { status: 'ok' }),

    'POST /charges': async (call) => {
      const { order, amount, currency } = JSON.parse(`${await call.body()}`);
      const fate = random.next();
      // Never answers: the caller has to give up.
      if (fate < 0.06) return;
      await work(random, 70, 0.7);
      // Hangs up with a reset in the middle of the exchange.
      if (fate < 0.1) return void call.request.socket.resetAndDestroy();
      if (fate < 0.14) return json(call, 500, { error: 'card network unavailable', retryable: true });
      const status = fate < 0.24 ? 'declined' : 'succeeded';
      const charge: Charge = { id: `ch_${random.hex(8)}`, order, amount, currency, status };
      charges.set(charge.id, charge);
      const [oldest] = charges.keys();
      if (charges.size > KEPT && oldest) charges.delete(oldest);
      json(call, status === 'declined' ? 402 : 201, charge, { Location: `/charges/${charge.id}` });
    },

    'GET /charges/:id': async (call) => {
      await work(random, 4);
      const charge = charges.get(call.params.id ?? '');
      if (charge) json(call, 200, charge);
      else json(call, 404, { error: 'no such charge' });
    },

    'DELETE /charges/:id': (call) => {
      charges.delete(call.params.id ?? '');
      empty(call, 204);
    },
  });
}
