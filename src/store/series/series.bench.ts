/**
 * What the store costs at 500 services and 2,000 edges: run with `node --import tsx --expose-gc src/store/series/series.bench.ts`.
 * Prints CPU per second of captured time at four ticks a second, and the memory a quarter of an hour takes.
 */
import { createStore } from '../create-store.ts';
import { clusterBegin as begin, clusterSecond } from './testing/cluster.ts';

const ticks = 4;

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
const memory = () => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1024 / 1024;
};

const seconds = Number(process.env.SECONDS ?? 120);
const shown = process.env.TABLES?.split(',');
for (const tables of shown
  ? [shown]
  : [['services'], ['edges'], ['services', 'edges', 'pods', 'endpoints', 'flows', 'namespaces']]) {
  let now = begin;
  const store = createStore({}, () => now);
  const before = memory();
  let taken = 0;
  let worked = 0;
  let slowest = 0;
  const measured = Math.floor(seconds / 2);
  for (let n = 0; n < seconds; n += 1) {
    const time = begin + n * 1_000;
    const events = clusterSecond(time, n);
    // Agents tell of a second over the quarters of the next one.
    for (let tick = 0; tick < ticks; tick += 1) {
      now = time + 1_000 + tick * 250;
      const share = events.filter((_, at) => Math.floor((at * ticks) / events.length) === tick);
      const at = cpu();
      for (const event of share) store.apply(event);
      const applied = cpu();
      store.publish();
      const snapshot = store.getSnapshot();
      const { held } = snapshot;
      const wall = performance.now();
      if (held) for (const table of tables) snapshot.derived(table, { from: held.to - 60_000, to: held.to });
      if (n >= seconds - measured) {
        taken += applied - at;
        worked += cpu() - applied;
        slowest = Math.max(slowest, performance.now() - wall);
      }
    }
  }
  const { held } = store.getSnapshot();
  console.log(
    `${tables.join(' ')}: take ${(taken / measured).toFixed(1)} ms, show ${(worked / measured).toFixed(1)} ms of CPU a second; ` +
      `slowest tick ${slowest.toFixed(0)} ms; ${(memory() - before).toFixed(0)} MiB for ${seconds} s; held ${held ? (held.to - held.from) / 1_000 : 0} s; ` +
      `lost ${JSON.stringify(store.getSnapshot().losses)}`,
  );
}
