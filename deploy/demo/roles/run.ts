import { once } from 'node:events';
import type { Server } from 'node:http';
import { runGenerator } from '../generator/generator.ts';
import type { DemoOptions } from '../options.ts';
import { UP } from '../pod-process.ts';
import { podOf, type Role } from '../pods.ts';
import { createRandom, type Random, seedFor } from '../random.ts';
import { createApi } from './api.ts';
import { createCart } from './cart.ts';
import { createCatalog } from './catalog.ts';
import { createFrontend } from './frontend.ts';
import { createKuard } from './kuard.ts';
import { createPayments } from './payments.ts';

const services: Readonly<Record<Exclude<Role, 'generator'>, (random: Random) => Server>> = {
  kuard: createKuard,
  frontend: createFrontend,
  api: createApi,
  catalog: createCatalog,
  cart: createCart,
  payments: createPayments,
};

/** Is one pod until stdin ends, which it does when the demo goes away. */
export async function runRole(role: Role, { seed, rate }: DemoOptions): Promise<void> {
  // The title is what the kernel tells of a socket's owner (comm).
  process.title = role;
  const parentGone = once(process.stdin.resume(), 'end');
  const random = createRandom(seedFor(seed, role));
  if (role === 'generator') await runGenerator(random, rate, announceUp);
  else await serve(services[role](random), podOf(role).port);
  await parentGone;
}

async function serve(server: Server, port: number): Promise<void> {
  server.listen(port, '0.0.0.0');
  await once(server, 'listening');
  announceUp();
}

function announceUp(): void {
  process.stdout.write(`${UP}\n`);
}
