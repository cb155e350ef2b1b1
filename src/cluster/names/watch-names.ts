/** Keeps a directory of a cluster's names by watches; where not all of it may be read, of what may. */
import type { KubeConfig } from '@kubernetes/client-node';
import { type ObjectWatch, type ObjectWatchState, watchObjects } from '../../kubernetes/object-watch.ts';
import type { Directory } from './directory.ts';

export interface NamesWatch {
  /** Resolves when everything was listed, or cannot be. */
  readonly ready: Promise<void>;
  /** What is not known, and why: a sentence each; none when all is well. */
  readonly problems: readonly string[];
  stop(): void;
}

export interface NamesWatchOptions {
  readonly config: KubeConfig;
  readonly directory: Directory;
  /** To look at one by one where the account may not read all: the context's, and those that were asked for. */
  readonly namespaces: readonly string[];
  readonly onChange?: (() => void) | undefined;
  readonly backOff?: ((attempt: number) => number) | undefined;
}

type Page = { readonly limit: number; readonly _continue?: string };

/** One kind of object, and how its lists are asked for. */
interface Kind {
  readonly resource: 'pods' | 'services' | 'nodes';
  listAll(page: Page): Promise<unknown>;
  listIn?: (namespace: string, page: Page) => Promise<unknown>;
  readonly put: (object: never) => void;
  readonly remove: (uid: string) => void;
}

/** Never throws: what cannot be read is in `problems`. */
export async function watchNames(options: NamesWatchOptions): Promise<NamesWatch> {
  const { config, directory } = options;
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const api = config.makeApiClient(CoreV1Api);
  const kinds: readonly Kind[] = [
    {
      resource: 'pods',
      listAll: (page) => api.listPodForAllNamespaces(page),
      listIn: (namespace, page) => api.listNamespacedPod({ ...page, namespace }),
      put: directory.putPod,
      remove: directory.removePod,
    },
    {
      resource: 'services',
      listAll: (page) => api.listServiceForAllNamespaces(page),
      listIn: (namespace, page) => api.listNamespacedService({ ...page, namespace }),
      put: directory.putService,
      remove: directory.removeService,
    },
    { resource: 'nodes', listAll: (page) => api.listNode(page), put: directory.putNode, remove: directory.removeNode },
  ];
  const watched = await Promise.all(kinds.map((kind) => watchKind(kind, options)));
  return {
    ready: Promise.all(watched.map(({ ready }) => ready)).then(() => {}),
    get problems() {
      return watched.flatMap((kind) => kind.problems());
    },
    stop() {
      for (const kind of watched) kind.stop();
    },
  };
}

interface WatchedKind {
  readonly ready: Promise<void>;
  problems(): readonly string[];
  stop(): void;
}

/** All of the cluster; where that is refused, namespace by namespace. */
async function watchKind(
  kind: Kind,
  { config, namespaces, onChange, backOff }: NamesWatchOptions,
): Promise<WatchedKind> {
  const { promise: ready, resolve: listed } = Promise.withResolvers<void>();
  const parts = new Map<string, ObjectWatch>();
  let isStopped = false;
  let isNarrow = false;

  const watch = (namespace: string, onState: (state: ObjectWatchState) => void) =>
    watchObjects({
      config,
      path: namespace === '' ? `/api/v1/${kind.resource}` : `/api/v1/namespaces/${namespace}/${kind.resource}`,
      resource: namespace === '' ? `all ${kind.resource}` : `${kind.resource} in the namespace ${namespace}`,
      list: (page) =>
        (namespace === '' ? kind.listAll(page) : (kind.listIn?.(namespace, page) ?? kind.listAll(page))) as never,
      put: kind.put,
      remove: kind.remove,
      onState(state) {
        onState(state);
        onChange?.();
      },
      backOff,
    });

  /** Each namespace by itself; one that is refused too is asked again at long intervals by its watch. */
  const narrow = async (): Promise<void> => {
    isNarrow = true;
    parts.get('')?.stop();
    const waiting = new Set(namespaces);
    const settled = (namespace: string) => (state: ObjectWatchState) => {
      if (state.state === 'connecting') return;
      waiting.delete(namespace);
      if (waiting.size === 0) listed();
    };
    for (const namespace of namespaces) {
      const part = await watch(namespace, settled(namespace));
      if (isStopped) part.stop();
      parts.set(namespace, part);
    }
    if (waiting.size === 0) listed();
  };

  parts.set(
    '',
    await watch('', ({ state, status }) => {
      if (isNarrow || state === 'connecting') return;
      if (status === 403 && kind.listIn && namespaces.length > 0) void narrow();
      else listed();
    }),
  );
  return {
    ready,
    problems() {
      const away = [...parts].flatMap(([, { state }]) => (state.state === 'away' ? [state.reason ?? ''] : []));
      if (!isNarrow) return away.map((reason) => `names of ${kind.resource}: ${reason}`);
      const known = [...parts].flatMap(([name, { state }]) => (name !== '' && state.state === 'synced' ? [name] : []));
      const where = known.length > 0 ? `only in ${known.join(', ')}` : 'none';
      return [`names of ${kind.resource}: ${where}: not allowed to read ${kind.resource} of all namespaces (403)`];
    },
    stop() {
      isStopped = true;
      for (const part of parts.values()) part.stop();
    },
  };
}
