/** Annotations of the cluster's namespaces, kept up with. */
import type { KubeConfig } from '@kubernetes/client-node';
import { type ObjectWatch, watchObjects } from '../../src/kubernetes/object-watch.ts';

export interface NamespaceWatch {
  /** undefined = it has none, or is not known. */
  annotation(namespace: string): string | undefined;
  /** It was told of. */
  knows(namespace: string): boolean;
  /** Of all that have one. */
  annotations(): Iterable<string>;
  readonly watch: ObjectWatch;
}

interface NamespaceObject {
  readonly metadata?: {
    readonly uid?: string;
    readonly name?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** @param name of the annotation @param onChange after a change of any namespace's */
export async function watchNamespaces(config: KubeConfig, name: string, onChange: () => void): Promise<NamespaceWatch> {
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const api = config.makeApiClient(CoreV1Api);
  const values = new Map<string, string>();
  const names = new Map<string, string>();
  const known = new Set<string>();
  const set = (namespace: string, value: string | undefined): boolean => {
    if (values.get(namespace) === value) return false;
    if (value === undefined) values.delete(namespace);
    else values.set(namespace, value);
    onChange();
    return true;
  };
  const watch = await watchObjects<NamespaceObject>({
    config,
    path: '/api/v1/namespaces',
    resource: 'namespaces',
    list: (page) => api.listNamespace(page),
    put({ metadata }) {
      const { uid = '', name: namespace = '', annotations = {} } = metadata ?? {};
      names.set(uid, namespace);
      const isNew = !known.has(namespace);
      known.add(namespace);
      if (!set(namespace, annotations[name]) && isNew) onChange();
    },
    remove(uid) {
      const namespace = names.get(uid);
      names.delete(uid);
      // One of the same name may be there by now.
      if (namespace === undefined || [...names.values()].includes(namespace)) return;
      known.delete(namespace);
      set(namespace, undefined);
    },
    onState: () => onChange(),
  });
  return {
    annotation: (namespace) => values.get(namespace),
    knows: (namespace) => known.has(namespace),
    annotations: () => values.values(),
    watch,
  };
}
