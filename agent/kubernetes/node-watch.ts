/** Addresses of the agent's own node, kept up with. That from outside is on no interface of it, so that nothing but its object tells of it. */
import type { KubeConfig } from '@kubernetes/client-node';
import { type ObjectWatch, watchObjects } from '../../src/kubernetes/object-watch.ts';

export interface NodeWatch {
  has(address: string): boolean;
  readonly watch: ObjectWatch;
}

interface NodeObject {
  readonly metadata?: { readonly uid?: string };
  readonly status?: { readonly addresses?: readonly { readonly type?: string; readonly address?: string }[] };
}

export async function watchNode(config: KubeConfig, node: string): Promise<NodeWatch> {
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const api = config.makeApiClient(CoreV1Api);
  const fieldSelector = `metadata.name=${node}`;
  let addresses: ReadonlySet<string> = new Set();
  const watch = await watchObjects<NodeObject>({
    config,
    path: '/api/v1/nodes',
    resource: 'nodes',
    fieldSelector,
    list: (page) => api.listNode({ ...page, fieldSelector }),
    put({ status }) {
      const own = (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP');
      addresses = new Set(own.flatMap(({ address }) => address ?? []));
    },
    remove() {
      addresses = new Set();
    },
  });
  return { has: (address) => addresses.has(address), watch };
}
