/** What was chosen when the agents were put on a cluster: whoever says nothing about it later means that it stays. */
import type { KubernetesObject } from '@kubernetes/client-node';
import { type AgentValues, agentName, policyEntry, policyName } from '../../deploy/manifests/manifests.ts';
import { AppError } from '../domain/errors.ts';
import type { Api } from '../kubernetes/api.ts';
import { pathOf } from './apply.ts';

/** On the DaemonSet: image and security as they were chosen, as JSON. */
const chosenAnnotation = 'kelpie.dev/chosen';

export type KeptValues = Partial<Pick<AgentValues, 'image' | 'security' | 'policy'>>;

/** @throws AppError `cluster`: the policy that is there cannot be read, so it could not be kept */
export async function readKeptValues(api: Api, namespace: string): Promise<KeptValues> {
  const find = async (apiVersion: string, kind: string, name: string) =>
    (await api.find({ method: 'GET', path: pathOf({ apiVersion, kind, metadata: { name, namespace } }) })) as
      | (KubernetesObject & { readonly data?: Readonly<Record<string, string>> })
      | undefined;
  const [daemonSet, policy] = await Promise.all([
    find('apps/v1', 'DaemonSet', agentName),
    find('v1', 'ConfigMap', policyName),
  ]);
  const text = policy?.data?.[policyEntry];
  return {
    ...chosenIn(daemonSet?.metadata?.annotations?.[chosenAnnotation]),
    ...(text !== undefined && { policy: await policyIn(text, namespace) }),
  };
}

/** The DaemonSet with a note of what was chosen. */
export function withChosen(object: KubernetesObject, { image, security }: AgentValues): KubernetesObject {
  const annotations = { ...object.metadata?.annotations, [chosenAnnotation]: JSON.stringify({ image, security }) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function chosenIn(text: string | undefined): Pick<KeptValues, 'image' | 'security'> {
  try {
    return text === undefined ? {} : (JSON.parse(text) as Pick<KeptValues, 'image' | 'security'>);
  } catch {
    return {};
  }
}

async function policyIn(text: string, namespace: string): Promise<AgentValues['policy']> {
  const { load } = await import('js-yaml');
  try {
    const given = load(text) as Partial<Omit<AgentValues['policy'], 'captureByDefault'>> & {
      captureByDefault?: string;
    };
    const { excludeNamespaces = [], captureAtMost = 'bodies', captureByDefault = '', redactFields = [] } = given;
    // As deep as the most is what the manifests write for "nothing chosen".
    const own = captureByDefault === captureAtMost ? '' : captureByDefault;
    return { excludeNamespaces, captureAtMost, captureByDefault: own, redactFields };
  } catch {
    const reason = `The ConfigMap ${namespace}/${policyName} cannot be read, so it could not be kept: mend it, or delete it first.`;
    throw new AppError('cluster', { reason });
  }
}
