/** What was chosen when the agents were put on a cluster: whoever says nothing about it later means that it stays. */
import type { KubernetesObject } from '@kubernetes/client-node';
import { type AgentValues, agentName, policyEntry, policyName, valuesSpec } from '../../deploy/manifests/manifests.ts';
import { chosenIn, isPlain, knownIn, type Plain } from '../../deploy/manifests/values/over.ts';
import { AppError } from '../domain/errors.ts';
import type { Api } from '../kubernetes/api.ts';
import { pathOf } from './apply.ts';

/** On the DaemonSet: all that is not as it is by default, as JSON. */
const chosenAnnotation = 'kelpie.dev/chosen';

/** The policy is in its ConfigMap, where people change it too. */
const { policy: policySpec, ...annotatedSpec } = valuesSpec;

/**
 * @returns values of the chart, each whole
 * @throws AppError `cluster`: the policy that is there cannot be read, so it could not be kept
 */
export async function readKeptValues(api: Api, namespace: string): Promise<Plain> {
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
    ...noted(daemonSet?.metadata?.annotations?.[chosenAnnotation]),
    ...(text !== undefined && { policy: await policyIn(text, namespace) }),
  };
}

/** The DaemonSet with a note of what was chosen. */
export function withChosen(object: KubernetesObject, values: AgentValues): KubernetesObject {
  const chosen = JSON.stringify(chosenIn(annotatedSpec, { ...values }));
  const annotations = { ...object.metadata?.annotations, [chosenAnnotation]: chosen };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function noted(text: string | undefined): Plain {
  try {
    return text === undefined ? {} : knownIn(annotatedSpec, JSON.parse(text));
  } catch {
    return {};
  }
}

async function policyIn(text: string, namespace: string): Promise<Plain> {
  const { load } = await import('js-yaml');
  try {
    const document = text.replaceAll(/#.*$/gm, '').trim() === '' ? {} : load(text);
    if (!isPlain(document)) throw new TypeError('no settings');
    const policy = knownIn(policySpec.members, document);
    // As deep as the most is what the manifests write for "nothing chosen".
    const { captureAtMost = policySpec.members.captureAtMost.default, captureByDefault } = policy;
    return captureByDefault === captureAtMost ? { ...policy, captureByDefault: '' } : policy;
  } catch {
    const reason = `The ConfigMap ${namespace}/${policyName} cannot be read, so it could not be kept: mend it, or delete it first.`;
    throw new AppError('cluster', { reason });
  }
}
