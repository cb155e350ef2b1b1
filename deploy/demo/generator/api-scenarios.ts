import { call, type Outgoing } from '../call.ts';
import type { Random } from '../random.ts';
import type { Scenario } from './scenarios.ts';

/** What the shop's mobile app and its batch jobs do: JSON, tokens, uploads, reports. */
export function apiScenarios(random: Random): readonly Scenario[] {
  const token = random.hex(24);
  const picture = Buffer.from(random.hex(6000), 'hex');

  /** Most calls share connections; some open their own. */
  function api(outgoing: Outgoing): Promise<unknown> {
    const headers = {
      'User-Agent': 'shop-app/3.8 (ios 18.1)',
      Accept: 'application/json',
      'Accept-Encoding': 'gzip',
      Authorization: `Bearer ${token}`,
      ...outgoing.headers,
    };
    return call('api', { ...outgoing, headers, ...(random.chance(0.3) && { agent: false }) });
  }

  async function order(): Promise<void> {
    const cart = random.hex(8);
    const json = { 'Content-Type': 'application/json' };
    const item = JSON.stringify({ product: `p-${random.between(1000, 1063)}`, quantity: random.between(1, 5) });
    await api({ method: 'POST', path: `/v1/cart/${cart}/items`, headers: json, body: item });
    await api({ method: 'POST', path: '/v1/orders', headers: json, body: JSON.stringify({ cart }) });
  }

  return [
    { weight: 8, run: () => api({ path: `/v1/products?limit=${random.between(1, 40)}` }) },
    { weight: 3, run: order },
    { weight: 3, run: () => api({ path: `/v1/orders/o-${random.hex(4)}` }) },
    { weight: 1, run: () => api({ method: 'POST', path: '/v1/orders', headers: { Authorization: [] }, body: '{}' }) },
    { weight: 1, run: () => api({ method: 'DELETE', path: `/v1/cart/${random.hex(8)}` }) },
    // The caller gives up at times before the report is done.
    { weight: 1.5, run: () => api({ path: '/v1/reports/daily', timeout: 900 }) },
    { weight: 0.7, run: () => api({ path: '/v1/export', headers: { 'Accept-Encoding': 'identity' } }) },
    {
      weight: 1,
      run: () =>
        api({
          method: 'PUT',
          path: `/v1/uploads/photo-${random.between(1, 99)}.jpg`,
          headers: { 'Content-Type': 'application/octet-stream' },
          body: picture,
          expect: true,
        }),
    },
    // A body that is not JSON, as broken clients send it.
    { weight: 0.5, run: () => api({ method: 'POST', path: '/v1/orders', body: '{"cart": ' }) },
    { weight: 0.5, run: () => api({ method: 'PATCH', path: '/v1/products', body: '{}' }) },
  ];
}
