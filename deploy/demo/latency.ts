import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from './random.ts';

/** Work that takes about `median` milliseconds, log-normally spread and at most ten times that. */
export async function work(random: Random, median: number, spread?: number): Promise<void> {
  await delay(Math.min(random.latency(median, spread), median * 10));
}
