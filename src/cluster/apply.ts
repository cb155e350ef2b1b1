/** Objects put into a cluster and taken out again: server-side apply (kubernetes.io/docs/reference/using-api/server-side-apply), so that doing it twice is doing it once. */
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '@kubernetes/client-node';
import { type Api, ApiFailure } from '../kubernetes/api.ts';

/** What became of an object. */
export type Outcome = 'created' | 'changed' | 'unchanged' | 'removed';

/** Whose fields they are. */
const fieldManager = 'kelpie';

/** Kinds there are in our manifests: the resource's name in paths, and whether it is in a namespace. */
const kinds: Readonly<Record<string, readonly [plural: string, isNamespaced: boolean]>> = {
  Namespace: ['namespaces', false],
  ServiceAccount: ['serviceaccounts', true],
  Secret: ['secrets', true],
  ConfigMap: ['configmaps', true],
  Service: ['services', true],
  ClusterRole: ['clusterroles', false],
  ClusterRoleBinding: ['clusterrolebindings', false],
  Role: ['roles', true],
  RoleBinding: ['rolebindings', true],
  NetworkPolicy: ['networkpolicies', true],
  PriorityClass: ['priorityclasses', false],
  DaemonSet: ['daemonsets', true],
  Deployment: ['deployments', true],
};

/** "DaemonSet kelpie/kelpie-agent" */
export function titleOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata?.namespace ? `${metadata.namespace}/` : ''}${metadata?.name}`;
}

/** @throws TypeError for a kind that is in none of our manifests */
export function pathOf({ apiVersion = 'v1', kind = '', metadata }: KubernetesObject): string {
  const [plural, isNamespaced] = kinds[kind] ?? [];
  if (plural === undefined) throw new TypeError(`no path for ${kind}`);
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = isNamespaced ? `/namespaces/${encodeURIComponent(metadata?.namespace ?? 'default')}` : '';
  return `${group}${place}/${plural}/${encodeURIComponent(metadata?.name ?? '')}`;
}

/**
 * @param isTrial nothing is changed, but everything is checked as if it were
 * @throws ApiFailure
 */
export async function applyObject(api: Api, object: KubernetesObject, isTrial = false): Promise<Outcome> {
  const path = pathOf(object);
  const before = await api.find({ method: 'GET', path });
  const after = await api
    .request({
      method: 'PATCH',
      path,
      query: { fieldManager, force: 'true', ...(isTrial && { dryRun: 'All' }) },
      body: object,
      contentType: 'application/apply-patch+yaml',
    })
    .catch((error: unknown) => {
      // In a trial the namespace is not made either, and nothing can be checked in one that is not there.
      if (isTrial && before === undefined && error instanceof ApiFailure && error.statusCode === 404) return undefined;
      throw error;
    });
  if (before === undefined) return 'created';
  // A trial raises no version: what would be there is compared with what is.
  return isDeepStrictEqual(contentOf(after), contentOf(before)) ? 'unchanged' : 'changed';
}

/** Without what the API server notes about the object itself. */
function contentOf(object: unknown): object {
  const { metadata, status: _, ...content } = object as KubernetesObject & { readonly status?: unknown };
  return { ...content, labels: metadata?.labels, annotations: metadata?.annotations };
}

/** Takes out what was applied by us and is no longer wanted; false where there was none, or somebody else made it. @throws ApiFailure */
export async function removeOwn(api: Api, object: KubernetesObject, isTrial: boolean): Promise<boolean> {
  const there = (await api.find({ method: 'GET', path: pathOf(object) })) as KubernetesObject | undefined;
  if (there?.metadata?.labels?.[managedBy] !== object.metadata?.labels?.[managedBy]) return false;
  return isTrial || (await removeObject(api, object));
}

const managedBy = 'app.kubernetes.io/managed-by';

/** Takes an object out; false where there was none. @throws ApiFailure */
export async function removeObject(api: Api, object: KubernetesObject): Promise<boolean> {
  const found = await api.find({
    method: 'DELETE',
    path: pathOf(object),
    body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' },
  });
  return found !== undefined;
}

/**
 * Resolves with true when the object is gone, with false when the time is up.
 *
 * @param onWait it is there yet; once
 */
export async function untilGone(
  api: Api,
  object: KubernetesObject,
  ms: number,
  onWait: () => void = () => {},
): Promise<boolean> {
  let isTold = false;
  for (const until = Date.now() + ms; Date.now() < until; ) {
    if ((await api.find({ method: 'GET', path: pathOf(object) })) === undefined) return true;
    if (!isTold) onWait();
    isTold = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return false;
}
