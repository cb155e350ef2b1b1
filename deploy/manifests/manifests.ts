/**
 * The agents of a cluster as Kubernetes objects, from one source: `agentManifests` for the API server, `agentYaml` for deploy/kelpie.yaml, `chartFiles`
 * (chart/files.ts) for the Helm chart. Pure. Any Kubernetes from 1.20 on.
 */
import type { KubernetesObject } from '@kubernetes/client-node';
import { daemonSet } from './daemon-set.ts';
import { keySecret } from './key-secret.ts';
import { namespace } from './namespace.ts';
import { networkPolicy } from './network-policy.ts';
import { policy } from './policy.ts';
import { rbac } from './rbac.ts';
import type { Path, Tree } from './template/expression.ts';
import { settleAll, withoutComments } from './template/settle.ts';
import type { AgentValues } from './values/values.ts';
import { viewers } from './viewers.ts';

export * from './names.ts';
export { type AgentValues, type ChartValues, defaultValues, valuesSpec } from './values/values.ts';

/** Templates by the file of the chart they are in, in the order in which they can be applied. */
export const chartRooms: Readonly<Record<string, readonly Tree[]>> = {
  rbac,
  viewers,
  policy: [policy],
  key: [keySecret],
  'network-policy': [networkPolicy],
  'daemon-set': [daemonSet],
};

const rooms: readonly Tree[] = [namespace, ...rbac, ...viewers, policy, networkPolicy, daemonSet];

/**
 * In the order in which they can be applied, the namespace first. Not among them is the Secret `keySecretName`: whoever applies them makes it, once, with
 * a key of 32 random characters at least under `keyEntry`; pods wait until it is there.
 *
 * Fields are called as the API server calls them: send them as JSON. Never through client-node's class V1NetworkPolicy, whose `from` is called `_from`: it would
 * drop ours, and a rule without it is for everybody.
 */
export const agentManifests = (values: AgentValues): readonly KubernetesObject[] =>
  settledManifests(values).map((tree) => withoutComments(tree) as KubernetesObject);

/** What there is besides with other values: objects of before that these values do not want. */
export function unwantedManifests(values: AgentValues): readonly KubernetesObject[] {
  const wanted = new Set(agentManifests(values).map(idOf));
  const viewers = [{ kind: 'Group', name: 'any', apiGroup: 'rbac.authorization.k8s.io' }];
  return agentManifests({ ...values, viewers }).filter((object) => !wanted.has(idOf(object)));
}

const idOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata?.name}`;

/** The same with the comments that YAML has for who reads it. */
export const settledManifests = (values: AgentValues): readonly Tree[] => settleAll(rooms, (path) => at(values, path));

function at(values: object, path: Path): unknown {
  let value: unknown = values;
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name];
  if (value === undefined) throw new TypeError(`no value: ${path}`);
  return value;
}
