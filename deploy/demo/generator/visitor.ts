import { Agent, type OutgoingHttpHeaders } from 'node:http';
import { call, type Incoming } from '../call.ts';
import type { Random } from '../random.ts';

/** A browser at the shop: keep-alive connections, cookies, ETags, redirects. */
export interface Visitor {
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Incoming>;
  send(method: string, path: string, form?: Readonly<Record<string, string>>): Promise<Incoming>;
  /** Hangs up. */
  leave(): void;
}

const browsers = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
  'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
] as const;

export function createVisitor(random: Random): Visitor {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const cookies = new Map<string, string>();
  const etags = new Map<string, string>();
  const fixed = {
    'User-Agent': random.pick(browsers),
    Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Accept-Language': random.pick(['en-GB,en;q=0.8', 'de-DE,de;q=0.9,en;q=0.5', 'gd,en;q=0.7']),
    'Accept-Encoding': random.pick(['gzip, deflate, br', 'gzip, deflate', 'gzip']),
  };

  async function exchange(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    body?: string,
  ): Promise<Incoming> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const etag = etags.get(path);
    const answer = await call('frontend', {
      method,
      path,
      agent,
      headers: { ...fixed, ...(cookie && { Cookie: cookie }), ...(etag && { 'If-None-Match': etag }), ...headers },
      ...(body !== undefined && { body }),
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [name, value] = (line.split(';')[0] ?? '').split('=');
      if (name) cookies.set(name, value ?? '');
    }
    if (answer.headers.etag) etags.set(path, answer.headers.etag);
    const { location } = answer.headers;
    return location !== undefined && answer.status >= 300 ? exchange('GET', location, {}) : answer;
  }

  return {
    get: (path, headers = {}) => exchange('GET', path, headers),
    send: (method, path, form) => {
      if (!form) return exchange(method, path, {});
      return exchange(
        method,
        path,
        { 'Content-Type': 'application/x-www-form-urlencoded' },
        `${new URLSearchParams(form)}`,
      );
    },
    leave: () => agent.destroy(),
  };
}
