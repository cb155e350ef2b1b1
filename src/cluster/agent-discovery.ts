/** Which nodes have an agent, and why others have none: kept up with as nodes and pods come and go. */
import type { KubeConfig } from '@kubernetes/client-node';
import { type ObjectWatch, type ObjectWatchState, watchObjects } from '../kubernetes/object-watch.ts';
import { type AgentPod, type AgentPodObject, agentPodOf } from './agent-pods.ts';
import { agentSelector } from './installation.ts';

/** What there is of an agent on one node. */
export interface AgentPlace {
  readonly node: string;
  /** Its pod where it may be dialled. */
  readonly pod: string | undefined;
  /** Changes with each pod. */
  readonly uid: string | undefined;
  /** Why it may not. */
  readonly reason: string;
  /** The Secret that its key is in; of a node without a pod: undefined. */
  readonly keySecret: string | undefined;
}

export interface Discovery {
  /** By node. */
  readonly places: ReadonlyMap<string, AgentPlace>;
  /** There are agents, or shall be: nodes alone are none. */
  readonly hasPods: boolean;
  /** Of the watch on the agents' pods. */
  readonly state: ObjectWatchState;
  /** Resolves when the agents' pods were listed, or cannot be: not as long as the API server is too busy to tell. */
  readonly ready: Promise<void>;
  /** Resolves when the nodes were listed, or cannot be. */
  readonly nodesReady: Promise<void>;
  stop(): void;
}

export interface DiscoveryOptions {
  readonly config: KubeConfig;
  /** Of the installation. */
  readonly namespace: string;
  readonly onChange: () => void;
  readonly backOff?: ((attempt: number) => number) | undefined;
}

interface NodeObject {
  readonly metadata?: { readonly uid?: string; readonly name?: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface KnownNode {
  readonly name: string;
  readonly isReady: boolean;
}

export async function discoverAgents(options: DiscoveryOptions): Promise<Discovery> {
  const { config, namespace, onChange, backOff } = options;
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const api = config.makeApiClient(CoreV1Api);
  const pods = new Map<string, AgentPod>();
  const nodes = new Map<string, KnownNode>();
  const { promise: ready, resolve: listed } = Promise.withResolvers<void>();
  const { promise: nodesReady, resolve: nodesListed } = Promise.withResolvers<void>();
  let places: ReadonlyMap<string, AgentPlace> = new Map();
  let scheduled: NodeJS.Timeout | undefined;

  /** Many come at once. */
  const changed = (): void => {
    scheduled ??= setTimeout(() => {
      scheduled = undefined;
      places = placesOf(pods.values(), nodes.values());
      onChange();
    }, 20).unref();
  };
  const podWatch: ObjectWatch = await watchObjects<AgentPodObject>({
    config,
    path: `/api/v1/namespaces/${namespace}/pods`,
    resource: `pods in the namespace ${namespace}`,
    labelSelector: agentSelector,
    list: (page) => api.listNamespacedPod({ ...page, namespace, labelSelector: agentSelector }),
    put(object) {
      const pod = agentPodOf(object);
      if (!pod) return;
      pods.set(pod.uid, pod);
      changed();
    },
    remove(uid) {
      pods.delete(uid);
      changed();
    },
    onState(state) {
      if (state.state !== 'connecting') {
        places = placesOf(pods.values(), nodes.values());
        if (!isBusy(state)) listed();
      }
      changed();
    },
    backOff,
  });
  // Who may not read nodes sees those that have an agent, or shall have one.
  const nodeWatch = await watchObjects<NodeObject>({
    config,
    path: '/api/v1/nodes',
    resource: 'nodes',
    list: (page) => api.listNode(page),
    put({ metadata, status }) {
      const isReady = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false;
      const before = nodes.get(metadata?.uid ?? '');
      nodes.set(metadata?.uid ?? '', { name: metadata?.name ?? '', isReady });
      // Kubelet says every few seconds that it is there.
      if (before?.isReady !== isReady) changed();
    },
    remove(uid) {
      nodes.delete(uid);
      changed();
    },
    onState({ state }) {
      if (state === 'connecting') return;
      places = placesOf(pods.values(), nodes.values());
      nodesListed();
    },
    backOff,
  });
  return {
    get places() {
      return places;
    },
    get hasPods() {
      return pods.size > 0;
    },
    get state() {
      return podWatch.state;
    },
    ready,
    nodesReady,
    stop() {
      clearTimeout(scheduled);
      podWatch.stop();
      nodeWatch.stop();
    },
  };
}

/** It has too much to do, or something behind it is not well: the next try may succeed. */
const isBusy = ({ status = 0 }: ObjectWatchState): boolean => status === 429 || status >= 500;

function placesOf(pods: Iterable<AgentPod>, nodes: Iterable<KnownNode>): ReadonlyMap<string, AgentPlace> {
  const best = new Map<string, AgentPod>();
  for (const pod of pods) {
    if (pod.node === undefined) continue;
    const other = best.get(pod.node);
    if (!other || isBetter(pod, other)) best.set(pod.node, pod);
  }
  const places = new Map<string, AgentPlace>();
  for (const [node, { name, uid, isRunning, reason, keySecret }] of best) {
    places.set(node, { node, pod: isRunning ? name : undefined, uid: isRunning ? uid : undefined, reason, keySecret });
  }
  for (const { name, isReady } of nodes) {
    const place = places.get(name);
    if (place && (isReady || place.pod !== undefined)) continue;
    const reason = isReady
      ? 'no pod of it is there yet: if none comes, a node selector or tolerations leave this node out'
      : 'the node is not ready';
    places.set(name, { node: name, pod: undefined, uid: undefined, reason, keySecret: place?.keySecret });
  }
  return places;
}

/** During an update the old and the new one are there. */
const isBetter = (a: AgentPod, b: AgentPod): boolean =>
  a.isRunning === b.isRunning ? a.created > b.created : a.isRunning;
