/** All that an agent asks the API server for: pods of its node, annotations of namespaces, addresses of its node. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { ObjectWatchState } from '../src/kubernetes/object-watch.ts';
import { watchNamespaces } from './kubernetes/namespace-watch.ts';
import { watchNode } from './kubernetes/node-watch.ts';
import type { PodBook } from './kubernetes/pod-book.ts';
import { watchPods } from './kubernetes/pod-watch.ts';
import { captureAnnotation } from './policy/pod-limits.ts';
import type { ClusterPods } from './session.ts';

export interface ClusterWatchOptions {
  readonly config: KubeConfig;
  readonly node: string;
  readonly book: PodBook;
  /** Of the watch on pods. */
  readonly onState: (state: ObjectWatchState) => void;
  /** What a namespace says of itself, or whether that is known. */
  readonly onNamespaces: () => void;
}

/** Does not keep the process alive by itself. Never throws: what is wrong is in the states. */
export async function watchCluster(options: ClusterWatchOptions): Promise<ClusterPods> {
  const { config, node, book, onState, onNamespaces } = options;
  const [watch, namespaces, own] = await Promise.all([
    watchPods({ config, node, book, onState }),
    watchNamespaces(config, captureAnnotation, onNamespaces),
    watchNode(config, node),
  ]);
  return {
    book,
    watch,
    namespaces,
    node: own,
    stop() {
      for (const each of [watch, namespaces.watch, own.watch]) each.stop();
    },
  };
}
