/**
 * What summing up costs: microseconds of CPU per exchange.
 * Run: node --import tsx agent/summaries/summaries.bench.ts
 */
import { createSummaries } from './summaries.ts';

const connections = 200;
const total = 2_000_000;
const rate = 40_000;

function measure(name: string, targetOf: (n: number) => string): void {
  let rows = 0;
  const summaries = createSummaries({ node: 'a', clockOffset: 0n, put: () => void rows++ });
  const targets = Array.from({ length: 50_000 }, (_, n) => targetOf(n));
  const identities = Array.from({ length: connections }, (_, n) => ({
    source: `shop/web-${n % 10}`,
    destination: `shop/api-${n % 20}`,
    namespace: 'shop',
    pod: `shop/api-${n % 20}`,
    remote_pod: `shop/web-${n % 10}`,
    local_port: 8080,
    remote_port: 40_000 + n,
    cgroup: `/pods/shop/api-${n % 20}`,
  }));
  const facts = {
    protocol: 'http',
    role: 'server' as const,
    identity: identities[0] ?? {},
    time: 0,
    method: 'GET',
    target: '/',
    result: 'ok' as const,
    latency: 0,
    requestBytes: 100,
    responseBytes: 1000,
  };
  const before = process.cpuUsage();
  for (let n = 0; n < total; n++) {
    facts.time = (n / rate) * 1e9;
    facts.identity = identities[n % connections] ?? {};
    facts.target = targets[n % targets.length] ?? '/';
    facts.latency = 1e6 + ((n * 7919) % 1000) * 1e5;
    summaries.exchange(facts);
    if (n % 400 === 0) summaries.tick(facts.time);
  }
  summaries.flush();
  const { user, system } = process.cpuUsage(before);
  console.log(`${name.padEnd(32)} ${((user + system) / total).toFixed(2)} µs per exchange, ${rows} rows`);
}

measure('one path', () => '/index.html');
measure('20 paths', (n) => `/api/v1/${'abcdefghijklmnopqrst'[n % 20]}`);
measure('a number in each path', (n) => `/items/${n}/detail`);
measure('a UUID in each path', (n) => `/items/9b2f1c1e-8f7a-4f0e-9a67-${String(n).padStart(12, '0')}`);
