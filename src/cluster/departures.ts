/** What becomes of the agents, node by node, while they are taken off. */
import type { KubeConfig } from '@kubernetes/client-node';
import { watchObjects } from '../kubernetes/object-watch.ts';
import { type AgentPodObject, agentPodOf } from './agent-pods.ts';
import { agentSelector } from './installation.ts';

export interface DeparturesOptions {
  readonly config: KubeConfig;
  readonly namespace: string;
  /** A line for each node whose agent ends, and when it is gone. */
  readonly tell: (line: string) => void;
}

/** Returns how to stop. Says nothing where pods may not be read. */
export async function tellDepartures({ config, namespace, tell }: DeparturesOptions): Promise<() => void> {
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const api = config.makeApiClient(CoreV1Api);
  const nodes = new Map<string, string>();
  const ending = new Set<string>();
  const { stop } = await watchObjects<AgentPodObject>({
    config,
    path: `/api/v1/namespaces/${namespace}/pods`,
    resource: `pods in the namespace ${namespace}`,
    labelSelector: agentSelector,
    list: (page) => api.listNamespacedPod({ ...page, namespace, labelSelector: agentSelector }),
    put(object) {
      const { uid, node } = agentPodOf(object) ?? {};
      if (uid === undefined || node === undefined) return;
      nodes.set(uid, node);
      if (object.metadata?.deletionTimestamp === undefined || ending.has(uid)) return;
      ending.add(uid);
      tell(`${node}: its agent ends`);
    },
    remove(uid) {
      const node = nodes.get(uid);
      if (node !== undefined) tell(`${node}: its agent is gone`);
    },
  });
  return stop;
}
