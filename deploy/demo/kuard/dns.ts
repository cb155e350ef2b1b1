import { candidatesOf, type Names } from '../dns/resolver.ts';
import type { Routes } from '../http-service.ts';
import { text } from '../reply.ts';
import { indexRoutes } from './index-page.ts';
import { jsonBody, serveJson } from './serve-json.ts';

/** Looks names up (pkg/dnsapi), search domains and all, told in the shape of `dig`. */
export function dnsRoutes(base: string, ask: Names['ask']): Routes {
  return {
    ...indexRoutes(base),
    [`POST ${base}/api`]: async (call) => {
      const query = await jsonBody(call);
      const name = `${query?.name ?? ''}`;
      const type = `${query?.type ?? ''}`.toUpperCase();
      if (!/^(A|AAAA|CNAME|MX|NS|SRV|TXT)$/.test(type)) return text(call, 400, `Unknown DNS type: ${query?.type}\n`);
      serveJson(call, { result: await resolve(ask, name, type) });
    },
  };
}

async function resolve(ask: Names['ask'], name: string, type: string): Promise<string> {
  let status = 'NXDOMAIN';
  let found: readonly string[] = [];
  let asked = name;
  for (const candidate of candidatesOf(name, process.env.POD_NAMESPACE ?? 'default')) {
    asked = candidate;
    try {
      found = await ask(candidate, type);
      status = 'NOERROR';
      break;
    } catch (error) {
      status = statusOf(error);
      if (status !== 'NXDOMAIN') break;
    }
  }
  const answers = found.map((data) => `${asked}.\t5\tIN\t${type}\t${data}`);
  return [
    `;; opcode: QUERY, status: ${status}`,
    `;; flags: qr aa rd ra; QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: 0, ADDITIONAL: 0`,
    '',
    ';; QUESTION SECTION:',
    `;${asked}.\tIN\t ${type}`,
    '',
    ...(answers.length > 0 ? [';; ANSWER SECTION:', ...answers] : []),
    '',
  ].join('\n');
}

/** Node's names for what a server said (dns(3) of c-ares). */
function statusOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOTFOUND') return 'NXDOMAIN';
  return code === 'ENODATA' ? 'NOERROR' : 'SERVFAIL';
}
