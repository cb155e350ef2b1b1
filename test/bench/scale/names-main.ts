/**
 * The names of a cluster in a process of their own: lists and follows them as the terminal does, and tells on stdout, as JSON, what that cost.
 *
 * Usage: names-main.ts KUBECONFIG. Lines on stdin: "figures" = CPU, memory and what is known now, garbage collected. The end of stdin is its end.
 */
import { createInterface } from 'node:readline';
import { createDirectory } from '../../../src/cluster/names/directory.ts';
import { watchNames } from '../../../src/cluster/names/watch-names.ts';
import { clusterConfig } from '../../../src/kubernetes/cluster-config.ts';
import { processMemory } from '../cpu.ts';

export interface NamesFigures {
  readonly pods: number;
  readonly services: number;
  /** Since the process began to list, ms. */
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly listMs: number;
  readonly listCpuMs: number;
  /** Heap in use, garbage collected, beyond what was before the list; resident memory. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  /** The longest the thread did not answer while it listed, ms. */
  readonly longestMs: number;
}

const config = await clusterConfig({ kubeconfig: process.argv[2] });
const directory = createDirectory();
await import('@kubernetes/client-node');
const collect = () => (globalThis as { gc?: () => void }).gc?.();
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
collect();
const heapBefore = process.memoryUsage().heapUsed;
const before = { at: performance.now(), cpu: cpuMs() };
let longestMs = 0;
let last = performance.now();
setInterval(() => {
  longestMs = Math.max(longestMs, performance.now() - last - 5);
  last = performance.now();
}, 5);
const names = await watchNames({ config, directory, namespaces: [] });
await names.ready;
const listMs = performance.now() - before.at;
const listCpuMs = cpuMs() - before.cpu;
const listLongestMs = longestMs;
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const cpu = cpuMs() - before.cpu;
  if (line === 'figures') collect();
  const figures: NamesFigures = {
    pods: directory.counts.pods,
    services: directory.counts.services,
    elapsedMs: performance.now() - before.at,
    cpuMs: cpu,
    listMs,
    listCpuMs,
    heapBytes: process.memoryUsage().heapUsed - heapBefore,
    rssBytes: process.memoryUsage().rss,
    peakRssBytes: processMemory(process.pid).peak,
    longestMs: listLongestMs,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
process.exit(0);
