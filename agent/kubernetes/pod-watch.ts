/** Keeps a book of this node's pods by a watch on the API server; nothing else of the cluster is read. */
import type { KubeConfig } from '@kubernetes/client-node';
import { type ObjectWatch, type ObjectWatchOptions, watchObjects } from '../../src/kubernetes/object-watch.ts';
import type { PodObject } from '../../src/kubernetes/pod-identity.ts';
import type { PodBook } from './pod-book.ts';

export interface PodWatchOptions extends Pick<ObjectWatchOptions<PodObject>, 'onState' | 'backOff'> {
  readonly config: KubeConfig;
  readonly node: string;
  readonly book: Pick<PodBook, 'put' | 'remove'>;
}

/** Begins to watch; does not keep the process alive by itself. Never throws: what is wrong is in `state`. */
export async function watchPods({ config, node, book, onState, backOff }: PodWatchOptions): Promise<ObjectWatch> {
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const api = config.makeApiClient(CoreV1Api);
  const fieldSelector = `spec.nodeName=${node}`;
  return watchObjects<PodObject>({
    config,
    path: '/api/v1/pods',
    resource: 'pods',
    fieldSelector,
    list: (page) => api.listPodForAllNamespaces({ ...page, fieldSelector }),
    put: book.put,
    remove: book.remove,
    onState,
    backOff,
  });
}
