/** Health and metrics of the agent, for kubelet and Prometheus. */
import type { AgentStatus } from '../src/domain/agent-status.ts';
import type { AgentOptions } from './options.ts';
import { type HttpPage, type HttpPages, serveHttpPages } from './server/http-pages.ts';
import { formatHttpAddress } from './server/listen-address.ts';

/**
 * Whoever gets an answer knows that the agent lives: it has one thread. It is ready from the start, as it begins to serve only when its programs are
 * loaded; an API server that is away is no reason to take it out.
 *
 * @throws AppError `port-in-use`, `agent-start`; nothing is left open then
 */
export async function servePages(
  { health, metrics }: Pick<AgentOptions, 'health' | 'metrics'>,
  status: () => AgentStatus,
): Promise<readonly HttpPages[]> {
  const byAddress = new Map<
    string,
    { readonly at: NonNullable<typeof health>; readonly pages: Map<string, HttpPage> }
  >();
  const add = (at: NonNullable<typeof health>, path: string, page: HttpPage) => {
    const key = formatHttpAddress(at);
    const entry = byAddress.get(key) ?? { at, pages: new Map<string, HttpPage>() };
    entry.pages.set(path, page);
    byAddress.set(key, entry);
  };
  const ok: HttpPage = { type: 'text/plain; charset=utf-8', answer: async () => ({ status: 200, text: 'ok\n' }) };
  if (health) for (const path of ['/livez', '/readyz']) add(health, path, ok);
  if (metrics) {
    const { createAgentMetrics } = await import('./metrics.ts');
    const made = createAgentMetrics(status);
    add(metrics, '/metrics', {
      type: made.contentType,
      answer: async () => ({ status: 200, text: await made.text() }),
    });
  }
  const served: HttpPages[] = [];
  try {
    for (const { at, pages } of byAddress.values()) served.push(await serveHttpPages(at, pages));
  } catch (thrown) {
    for (const each of served) each.close();
    throw thrown;
  }
  return served;
}
