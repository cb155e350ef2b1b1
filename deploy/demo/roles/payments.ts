import type { Server } from 'node:http';
import { callHost, type Incoming } from '../call.ts';
import { createService } from '../http-service.ts';
import { work } from '../latency.ts';
import type { Random } from '../random.ts';
import { empty, json } from '../reply.ts';
import { isTrouble } from '../weather.ts';

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
      if (fate < 0.02) return;
      const answer = await intent(order, amount, currency).catch(() => undefined);
      // Hangs up with a reset in the middle of the exchange.
      if (fate < 0.04) return void call.request.socket.resetAndDestroy();
      if (!answer || answer.status >= 500) {
        return json(call, 500, { error: 'card network unavailable', retryable: true });
      }
      const status = answer.status === 402 ? 'declined' : 'succeeded';
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

/** Port of the fraud check, beside the payments themselves. */
export const fraudPort = 9001;

/** Scores orders; its port is closed while it is being restarted. */
export function createFraudCheck(random: Random): Server {
  const server = createService('fraud', {
    'GET /score': async (call) => {
      await work(random, 4);
      json(call, 200, { order: call.url.searchParams.get('order'), score: random.next() * 0.9 });
    },
  });
  setInterval(() => {
    const shallListen = !isTrouble('fraud-down');
    if (shallListen && !server.listening) server.listen(fraudPort, '0.0.0.0');
    if (!shallListen && server.listening) server.close();
  }, 250).unref();
  server.on('error', () => undefined);
  return server;
}

/** The provider's part. @throws when it does not answer in time. */
function intent(order: string, amount: number, currency: string): Promise<Incoming> {
  const form = new URLSearchParams({ amount: `${Math.round(amount * 100)}`, currency, 'metadata[order]': order });
  return callHost(
    { host: 'api.stripe.example', port: 80 },
    {
      method: 'POST',
      path: '/v1/payment_intents',
      body: `${form}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: 'Bearer sk_test_demo' },
      timeout: 900,
    },
  );
}
