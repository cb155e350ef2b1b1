import { setTimeout as delay } from 'node:timers/promises';
import { callHost } from '../call.ts';
import { type Pod, webServers } from '../pods.ts';
import type { Random } from '../random.ts';
import { isTrouble } from '../weather.ts';
import { createScenarios, type Scenario } from './scenarios.ts';

/** Requests that may be on their way at once; beyond that a turn is skipped, so that a stuck pod cannot pile them up. */
const IN_FLIGHT = 64;
const WAVE_SECONDS = 23;
const WAVE_HEIGHT = 0.25;

/** How many times as many come in a rush. */
const RUSH = 1.8;

/**
 * Waits until every pod answers, calls `up`, waits until it is `told` to begin, and then starts `rate` scenarios a second on average, for ever: Poisson
 * arrivals on a small wave, as many visitors who know nothing of each other make.
 */
export async function runGenerator(
  random: Random,
  rate: number,
  up: () => void,
  told: Promise<unknown>,
): Promise<void> {
  await Promise.all(webServers.map(untilAnswers));
  up();
  await told;
  void generate(random, rate);
}

async function generate(random: Random, rate: number): Promise<void> {
  const draw = createDraw(createScenarios(random), random);
  const start = performance.now();
  let due = 0;
  let inFlight = 0;
  for (;;) {
    const wave = 1 + WAVE_HEIGHT * Math.sin((2 * Math.PI * due) / 1000 / WAVE_SECONDS);
    const rush = isTrouble('rush', due / 1000) ? RUSH : 1;
    due += (-Math.log(1 - random.next()) / (rate * wave * rush)) * 1000;
    const scenario = draw();
    await delay(Math.max(0, start + due - performance.now()));
    if (inFlight >= IN_FLIGHT) continue;
    inFlight++;
    // Time-outs and resets are part of the show.
    scenario()
      .catch(() => undefined)
      .finally(() => inFlight--);
  }
}

/** Draws scenarios in proportion to their weights. */
function createDraw(scenarios: readonly Scenario[], random: Random): () => Scenario['run'] {
  const total = scenarios.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    let at = random.next() * total;
    const found = scenarios.find(({ weight }) => {
      at -= weight;
      return at < 0;
    });
    return (found ?? scenarios[0])?.run ?? (async () => undefined);
  };
}

/** By address: who answers there is one pod, whoever else has its service's name. */
async function untilAnswers({ role, address, port }: Pod): Promise<void> {
  const path = role === 'kuard' ? '/healthy' : '/healthz';
  for (;;) {
    const answer = await callHost({ host: address, port }, { path, agent: false, timeout: 1000 }).catch(
      () => undefined,
    );
    if (answer?.status === 200) return;
    await delay(20);
  }
}
