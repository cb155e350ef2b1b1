/** Keeps a directory of a cluster's names by watches; where not all of it may be read, of what may. */
import type { KubeConfig } from '@kubernetes/client-node';
import { createApi } from '../../kubernetes/api.ts';
import { type ListPage, type ObjectWatch, type ObjectWatchState, watchObjects } from '../../kubernetes/object-watch.ts';
import type { Directory } from './directory.ts';

export interface NamesWatch {
  /** Resolves when everything was listed, or cannot be. */
  readonly ready: Promise<void>;
  /** What is not known, and why: a sentence each; none when all is well. */
  readonly problems: readonly string[];
  /** All pods of the cluster are told of, or will be when they are listed. */
  readonly knowsPods: boolean;
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
type ListPath = (path: string, page: Page) => Promise<ListPage<object>>;

/** A page of pods, some 2 MB, is read in a few dozen milliseconds: so long a key may wait. */
const podsOfPage = 250;

/** One kind of object. */
interface Kind {
  readonly resource: 'pods' | 'services' | 'nodes';
  /** There is one in each namespace. */
  readonly isNamespaced: boolean;
  readonly pageSize?: number;
  readonly put: (object: never) => void;
  readonly remove: (uid: string) => void;
}

/** Never throws: what cannot be read is in `problems`. */
export async function watchNames(options: NamesWatchOptions): Promise<NamesWatch> {
  const { config, directory } = options;
  const list = await createLists(config);
  const kinds: readonly Kind[] = [
    {
      resource: 'pods',
      isNamespaced: true,
      pageSize: podsOfPage,
      put: directory.putPod,
      remove: directory.removePod,
    },
    { resource: 'services', isNamespaced: true, put: directory.putService, remove: directory.removeService },
    { resource: 'nodes', isNamespaced: false, put: directory.putNode, remove: directory.removeNode },
  ];
  const watched = await Promise.all(kinds.map((kind) => watchKind(kind, list, options)));
  return {
    ready: Promise.all(watched.map(({ ready }) => ready)).then(() => {}),
    get problems() {
      return watched.flatMap((kind) => kind.problems());
    },
    get knowsPods() {
      return watched[0]?.problems().length === 0;
    },
    stop() {
      for (const kind of watched) kind.stop();
    },
  };
}

/** Lists as they come: the client library makes an object of a class of each part of each pod, which is work for nobody. */
async function createLists(config: KubeConfig): Promise<ListPath> {
  const api = await createApi(config);
  return async (path, { limit, _continue }) => {
    const query = { limit: String(limit), ...(_continue !== undefined && { continue: _continue }) };
    const { items, metadata } = (await api.request({ method: 'GET', path, query })) as {
      readonly items?: readonly object[];
      readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
    };
    const { resourceVersion = '', continue: next = '' } = metadata ?? {};
    return { items: items ?? [], metadata: { resourceVersion, _continue: next } };
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
  list: ListPath,
  { config, namespaces, onChange, backOff }: NamesWatchOptions,
): Promise<WatchedKind> {
  const { promise: ready, resolve: listed } = Promise.withResolvers<void>();
  const parts = new Map<string, ObjectWatch>();
  let isStopped = false;
  let isNarrow = false;

  const watch = (namespace: string, onState: (state: ObjectWatchState) => void) => {
    const path = namespace === '' ? `/api/v1/${kind.resource}` : `/api/v1/namespaces/${namespace}/${kind.resource}`;
    return watchObjects({
      config,
      path,
      resource: namespace === '' ? `all ${kind.resource}` : `${kind.resource} in the namespace ${namespace}`,
      list: (page) => list(path, page),
      pageSize: kind.pageSize,
      put: kind.put as (object: object) => void,
      remove: kind.remove,
      onState(state) {
        onState(state);
        onChange?.();
      },
      backOff,
    });
  };

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
      if (status === 403 && kind.isNamespaced && namespaces.length > 0) void narrow();
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
