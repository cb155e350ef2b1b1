import { once } from 'node:events';
import type { Server } from 'node:net';
import { serveDns } from '../dns/server.ts';
import { runGenerator } from '../generator/generator.ts';
import type { DemoOptions } from '../options.ts';
import { UP } from '../pod-process.ts';
import { type Pod, podOf, type Role, serviceName } from '../pods.ts';
import { createDatabase, type Database } from '../postgres/client.ts';
import { createPostgres } from '../postgres/server.ts';
import { createRandom, type Random, seedFor } from '../random.ts';
import { createRedisClient } from '../redis/client.ts';
import { createRedis } from '../redis/server.ts';
import { createApi } from './api.ts';
import { createCart } from './cart.ts';
import { createCatalog } from './catalog.ts';
import { createFrontend } from './frontend.ts';
import { createKuard } from './kuard.ts';
import { createFraudCheck, createPayments, fraudPort } from './payments.ts';
import { createStripe } from './stripe.ts';

const services: Readonly<Record<Exclude<Role, 'generator' | 'coredns'>, (random: Random) => Server>> = {
  kuard: () => createKuard(),
  frontend: createFrontend,
  api: (random) => createApi(random, databaseFor('api')),
  catalog: (random) => createCatalog(random, databaseFor('catalog')),
  cart: (random) => createCart(random, createRedisClient(serviceName(podOf('redis')), podOf('redis').port)),
  payments: createPayments,
  postgres: createPostgres,
  redis: createRedis,
  stripe: createStripe,
};

function databaseFor(user: string): Database {
  return createDatabase(serviceName(podOf('postgres')), podOf('postgres').port, user);
}

/** Is one pod until stdin ends, which it does when the demo goes away. */
export async function runPod({ role, name, port }: Pod, { seed, rate }: DemoOptions): Promise<void> {
  // The title is what the kernel tells of a socket's owner (comm).
  process.title = role;
  const parentGone = once(process.stdin, 'end');
  const told = new Promise<void>((resolve) => process.stdin.on('data', () => resolve()));
  const random = createRandom(seedFor(seed, name));
  if (role === 'generator') await runGenerator(random, rate, announceUp, told);
  else if (role === 'coredns') {
    await serveDns(random, port);
    announceUp();
  } else {
    if (role === 'payments') await listen(createFraudCheck(random), fraudPort);
    await listen(services[role](random), port);
    announceUp();
  }
  await parentGone;
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '0.0.0.0');
  await once(server, 'listening');
}

function announceUp(): void {
  process.stdout.write(`${UP}\n`);
}
