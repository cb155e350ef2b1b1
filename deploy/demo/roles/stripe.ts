import type { Server } from 'node:http';
import { createService } from '../http-service.ts';
import { work } from '../latency.ts';
import type { Random } from '../random.ts';
import { json } from '../reply.ts';
import { isTrouble } from '../weather.ts';

/** A payment provider on the internet: outside of everything that is watched. */
export function createStripe(random: Random): Server {
  return createService('stripe', {
    'POST /v1/payment_intents': async (call) => {
      const form = new URLSearchParams(`${await call.body()}`);
      const isTroubled = isTrouble('payments');
      await work(random, isTroubled ? 420 : 55, 0.5);
      if (random.chance(isTroubled ? 0.3 : 0.01)) {
        return json(call, 503, { error: { type: 'api_error', message: 'card network unavailable' } });
      }
      if (random.chance(0.1)) return json(call, 402, { error: { type: 'card_error', code: 'card_declined' } });
      json(call, 200, { id: `pi_${random.hex(12)}`, amount: Number(form.get('amount')), status: 'succeeded' });
    },
  });
}
