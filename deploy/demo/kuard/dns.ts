import type { Routes } from '../http-service.ts';
import { pods } from '../pods.ts';
import { text } from '../reply.ts';
import { indexRoutes } from './index-page.ts';
import { jsonBody, serveJson } from './serve-json.ts';

/** Looks names up (pkg/dnsapi); here in the demo's own table, told in the shape of `dig`. */
export function dnsRoutes(base: string): Routes {
  return {
    ...indexRoutes(base),
    [`POST ${base}/api`]: async (call) => {
      const query = await jsonBody(call);
      const name = `${query?.name ?? ''}`;
      const type = `${query?.type ?? ''}`.toUpperCase();
      if (!/^(A|AAAA|CNAME|MX|NS|SRV|TXT)$/.test(type)) return text(call, 400, `Unknown DNS type: ${query?.type}\n`);
      serveJson(call, { result: resolve(name.replace(/\.$/, ''), type) });
    },
  };
}

function resolve(name: string, type: string): string {
  const known = pods.find((pod) => {
    const service = `${pod.name}.${pod.namespace}`;
    return [pod.name, service, `${service}.svc`, `${service}.svc.cluster.local`].includes(name);
  });
  const answers = known && type === 'A' ? [`${name}.\t30\tIN\tA\t${known.address}`] : [];
  return [
    `;; opcode: QUERY, status: ${known ? 'NOERROR' : 'NXDOMAIN'}`,
    `;; flags: qr aa rd; QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: 0, ADDITIONAL: 0`,
    '',
    ';; QUESTION SECTION:',
    `;${name}.\tIN\t ${type}`,
    '',
    ...(answers.length > 0 ? [';; ANSWER SECTION:', ...answers] : []),
    '',
  ].join('\n');
}
