/** What stands in the way of Kelpie on a cluster, asked before and after it is there: `kelpie doctor --cluster`. Nothing is changed. */
import { agentName } from '../../deploy/manifests/names.ts';
import type { Api } from '../kubernetes/api.ts';
import { agentSelector, type KeyMount, keySecret, keySecretOf } from './installation.ts';

export interface ClusterCheck {
  readonly group: 'nodes' | 'deploy' | 'look' | 'agents';
  readonly title: string;
  /** `warn`: something is missing that not everything needs. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly found: string;
  readonly remedy?: string;
}

interface Right {
  readonly title: string;
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** Everywhere, or in the namespace of the agents. */
  readonly isEverywhere?: boolean;
}

/** What `kelpie deploy` does, in the order in which it would fail. */
const toDeploy: readonly Right[] = [
  { title: 'make the namespace', verb: 'create', resource: 'namespaces', isEverywhere: true },
  {
    title: 'make the roles',
    verb: 'create',
    group: 'rbac.authorization.k8s.io',
    resource: 'clusterroles',
    isEverywhere: true,
  },
  {
    title: 'bind them',
    verb: 'create',
    group: 'rbac.authorization.k8s.io',
    resource: 'clusterrolebindings',
    isEverywhere: true,
  },
  { title: 'make the key', verb: 'create', resource: 'secrets' },
  { title: 'start the agents', verb: 'create', group: 'apps', resource: 'daemonsets' },
];

/** What a terminal does. */
const toLook = (secret: string): readonly Right[] => [
  { title: 'find the agents', verb: 'list', resource: 'pods' },
  { title: 'read their key', verb: 'get', resource: 'secrets', name: secret },
  // A port-forward by WebSocket is a GET; newer API servers ask for create as well.
  { title: 'reach them', verb: 'get', resource: 'pods', subresource: 'portforward' },
  { title: 'reach them', verb: 'create', resource: 'pods', subresource: 'portforward' },
];
/** What only `kelpie status` and this look at. */
const toCount: readonly Right[] = [
  { title: 'count them', verb: 'get', group: 'apps', resource: 'daemonsets', name: agentName },
];
const toName: readonly Right[] = [
  { title: 'names of pods', verb: 'list', resource: 'pods', isEverywhere: true },
  { title: 'names of Services', verb: 'list', resource: 'services', isEverywhere: true },
  { title: 'names of nodes', verb: 'list', resource: 'nodes', isEverywhere: true },
];

interface NodeObject {
  readonly metadata?: { readonly name?: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo?: {
      readonly kernelVersion?: string;
      readonly operatingSystem?: string;
      readonly architecture?: string;
      readonly containerRuntimeVersion?: string;
    };
  };
}

/** @throws ApiFailure, Error where the API server does not answer */
export async function checkCluster(api: Api, namespace: string): Promise<readonly ClusterCheck[]> {
  const secret = await keySecretIn(api, namespace);
  return [
    ...(await nodeChecks(api)),
    ...(await rightChecks(
      api,
      namespace,
      'deploy',
      toDeploy,
      'warn',
      'kelpie deploy needs it: ask a cluster administrator to run it once.',
    )),
    ...(await rightChecks(
      api,
      namespace,
      'look',
      toLook(secret),
      'fail',
      'Bind the Role kelpie-viewer in the namespace of the agents.',
    )),
    ...(await rightChecks(
      api,
      namespace,
      'look',
      toCount,
      'warn',
      'Without it nobody says how many agents there should be: bind the Role kelpie-viewer.',
    )),
    ...(await rightChecks(
      api,
      namespace,
      'look',
      toName,
      'warn',
      'Without it addresses stay addresses: bind the ClusterRole kelpie-viewer-names.',
    )),
    ...(await agentChecks(api, namespace, secret)),
  ];
}

async function nodeChecks(api: Api): Promise<readonly ClusterCheck[]> {
  const found = await api
    .request({ method: 'GET', path: '/api/v1/nodes', query: { limit: '1000' } })
    .catch(() => undefined);
  if (found === undefined)
    return [{ group: 'nodes', title: 'nodes', status: 'warn', found: 'may not be read: their kernels are not known' }];
  const { items = [] } = found as { readonly items?: readonly NodeObject[] };
  const byAnswer = Map.groupBy(items.map(nodeCheck), ({ status, found: text, remedy }) =>
    JSON.stringify([status, text, remedy]),
  );
  // A hundred nodes alike are one line.
  return [...byAnswer.values()].flatMap((alike) => {
    const [first] = alike;
    if (!first) return [];
    const others = alike.length > 3 ? ` and ${alike.length - 3} more` : '';
    return [
      {
        ...first,
        title: `${alike
          .slice(0, 3)
          .map(({ title }) => title)
          .join(', ')}${others}`,
      },
    ];
  });
}

/** By what eBPF capture needs: CAP_BPF and cgroup_skb with socket storage, Linux 5.10; below 5.11 maps count against RLIMIT_MEMLOCK. */
function nodeCheck({ metadata, status }: NodeObject): ClusterCheck {
  const {
    kernelVersion = '?',
    operatingSystem = '?',
    architecture = '?',
    containerRuntimeVersion = '?',
  } = status?.nodeInfo ?? {};
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(kernelVersion) ?? [];
  const kernel = Number(major) * 1000 + Number(minor);
  const base = { group: 'nodes', title: metadata?.name ?? '?' } as const;
  const found = `Linux ${kernelVersion}, ${architecture}, ${containerRuntimeVersion}`;
  if (operatingSystem !== 'linux')
    return { ...base, status: 'warn', found: `${operatingSystem}: agents run on Linux, its pods are not seen` };
  const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
  if (!isReady)
    return { ...base, status: 'warn', found: `${found}, not ready`, remedy: 'An agent starts when the node is ready.' };
  if (architecture !== 'amd64' && architecture !== 'arm64')
    return { ...base, status: 'fail', found, remedy: 'There is an agent for amd64 and arm64 alone.' };
  if (!(kernel >= 5010)) return { ...base, status: 'fail', found, remedy: 'Capture needs Linux 5.10 or newer.' };
  if (kernel < 5011)
    return {
      ...base,
      status: 'warn',
      found,
      remedy: 'Before 5.11 BPF maps need the right to lock memory: kelpie deploy --extra-capabilities SYS_RESOURCE.',
    };
  return { ...base, status: 'ok', found };
}

async function rightChecks(
  api: Api,
  namespace: string,
  group: ClusterCheck['group'],
  rights: readonly Right[],
  missing: 'warn' | 'fail',
  remedy: string,
): Promise<readonly ClusterCheck[]> {
  return await Promise.all(
    rights.map(async (right): Promise<ClusterCheck> => {
      const { title, verb, resource, subresource, name, isEverywhere } = right;
      const where = isEverywhere ? 'everywhere' : `in ${namespace}`;
      const what = `${verb} on ${resource}${subresource ? `/${subresource}` : ''}${name ? ` ${name}` : ''} ${where}`;
      const may = await isAllowed(api, right, namespace);
      if (may === undefined) return { group, title, status: 'warn', found: `${what}: cannot be asked` };
      return may
        ? { group, title, status: 'ok', found: what }
        : { group, title, status: missing, found: `no ${what}`, remedy };
    }),
  );
}

/** authorization/v1 SelfSubjectAccessReview, which every account may ask. */
async function isAllowed(api: Api, right: Right, namespace: string): Promise<boolean | undefined> {
  const { verb, group = '', resource, subresource, name, isEverywhere } = right;
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        verb,
        group,
        resource,
        ...(subresource && { subresource }),
        ...(name && { name }),
        ...(!isEverywhere && { namespace }),
      },
    },
  };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const answer = await api.request({ method: 'POST', path, body }).catch(() => undefined);
  return (answer as { readonly status?: { readonly allowed?: boolean } } | undefined)?.status?.allowed;
}

async function agentChecks(api: Api, namespace: string, secret: string): Promise<readonly ClusterCheck[]> {
  const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${agentName}`;
  const found = await api.find({ method: 'GET', path }).catch(() => null);
  const base = { group: 'agents', title: `DaemonSet ${namespace}/${agentName}` } as const;
  if (found === null) return [{ ...base, status: 'warn', found: 'may not be read' }];
  if (found === undefined)
    return [{ ...base, status: 'warn', found: 'is not there', remedy: 'kelpie deploy puts it there.' }];
  const { desiredNumberScheduled: wanted = 0, numberReady: ready = 0 } =
    (found as { readonly status?: { readonly desiredNumberScheduled?: number; readonly numberReady?: number } })
      .status ?? {};
  const text = `${ready} of ${wanted} ready`;
  return [
    ready === wanted && wanted > 0
      ? { ...base, status: 'ok', found: text }
      : { ...base, status: 'fail', found: text, remedy: 'kelpie status says why.' },
    await keyCheck(api, namespace, secret),
  ];
}

async function keyCheck(api: Api, namespace: string, name: string): Promise<ClusterCheck> {
  const base = { group: 'agents', title: `Secret ${namespace}/${name}` } as const;
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const found = (await api.find({ method: 'GET', path }).catch(() => null)) as
    | { readonly data?: Readonly<Record<string, string>> }
    | null
    | undefined;
  const remedy =
    name === keySecret.name
      ? 'kelpie deploy makes it.'
      : `Make it, with the key under "${keySecret.entry}": pods wait for it.`;
  if (found === null) return { ...base, status: 'warn', found: 'may not be read' };
  if (found === undefined) return { ...base, status: 'fail', found: 'is not there', remedy };
  return found.data?.[keySecret.entry]
    ? { ...base, status: 'ok', found: 'has a key' }
    : { ...base, status: 'fail', found: 'has no key', remedy };
}

/** Where the agents' key is, by their pods or what makes them; as it is usually where neither may be read or is there. */
async function keySecretIn(api: Api, namespace: string): Promise<string> {
  const ask = (path: string, query?: Readonly<Record<string, string>>): Promise<unknown> =>
    api.find({ method: 'GET', path, ...(query && { query }) }).catch(() => undefined);
  const pods = await ask(`/api/v1/namespaces/${namespace}/pods`, { labelSelector: agentSelector, limit: '1' });
  const [pod] = (pods as { readonly items?: readonly { readonly spec?: KeyMount }[] } | undefined)?.items ?? [];
  if (pod) return keySecretOf(pod.spec);
  const set = await ask(`/apis/apps/v1/namespaces/${namespace}/daemonsets/${agentName}`);
  return keySecretOf(
    (set as { readonly spec?: { readonly template?: { readonly spec?: KeyMount } } } | undefined)?.spec?.template?.spec,
  );
}
