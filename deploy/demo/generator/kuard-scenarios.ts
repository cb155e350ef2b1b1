import { call, type Outgoing } from '../call.ts';
import type { Role } from '../pods.ts';
import type { Random } from '../random.ts';
import type { Scenario } from './scenarios.ts';

const QUEUE = '/memq/server/queues/keygen';

/** What somebody who explores kuard does, and the kubelet's probes. */
export function kuardScenarios(random: Random): readonly Scenario[] {
  const curl = (outgoing: Outgoing) =>
    call('kuard', {
      agent: false,
      ...outgoing,
      headers: { 'User-Agent': 'curl/8.14.1', Accept: '*/*', ...outgoing.headers },
    });
  const json = { 'Content-Type': 'application/json' };
  const probe = (role: Role, path: string) =>
    call(role, {
      path,
      agent: false,
      timeout: 1000,
      headers: { 'User-Agent': 'kube-probe/1.34', Connection: 'close' },
    });
  const names = ['api.shop', 'kuard.default.svc.cluster.local', 'payments.shop', 'nowhere.example'] as const;

  let hasQueue = false;
  async function queueWork(): Promise<void> {
    if (!hasQueue) await curl({ method: 'PUT', path: QUEUE });
    hasQueue = true;
    await curl({
      method: 'POST',
      path: `${QUEUE}/enqueue`,
      headers: json,
      body: JSON.stringify({ job: random.hex(4) }),
    });
  }

  async function leak(): Promise<void> {
    await curl({ method: 'POST', path: `/mem/api/alloc?size=${random.between(1, 64) * 1024}` });
    await curl({ path: '/mem/api' });
    await curl({ method: 'POST', path: '/mem/api/clear' });
  }

  return [
    { weight: 4, run: () => curl({ path: '/', headers: { 'Accept-Encoding': 'gzip' } }) },
    { weight: 2, run: () => curl({ path: '/env/api' }) },
    { weight: 3, run: () => curl({ path: '/mem/api' }) },
    { weight: 0.5, run: leak },
    {
      weight: 3,
      run: () =>
        curl({
          method: 'POST',
          path: '/dns/api',
          headers: json,
          body: JSON.stringify({ type: 'A', name: random.pick(names) }),
          timeout: 5000,
        }),
    },
    // So long that it is asked for again over TCP.
    {
      weight: 0.4,
      run: () =>
        curl({
          method: 'POST',
          path: '/dns/api',
          headers: json,
          body: '{"type":"TXT","name":"config.shop"}',
          timeout: 5000,
        }),
    },
    { weight: 1, run: () => curl({ path: '/keygen' }) },
    { weight: 2, run: queueWork },
    { weight: 2, run: () => curl({ method: 'POST', path: `${QUEUE}/dequeue` }) },
    { weight: 1, run: () => curl({ path: '/memq/server/stats' }) },
    { weight: 3, run: () => probe('kuard', '/healthy') },
    { weight: 3, run: () => probe('kuard', '/ready') },
    { weight: 3, run: () => probe(random.pick(['frontend', 'api', 'catalog', 'cart', 'payments']), '/healthz') },
    { weight: 0.1, run: () => curl({ method: 'PUT', path: '/ready/api', headers: json, body: '{"failNext":2}' }) },
    { weight: 0.5, run: () => curl({ path: '/ready/api' }) },
  ];
}
