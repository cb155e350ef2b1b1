/** What an installation of agents is called in a cluster (deploy/manifests says it), in the shapes in which it is looked for. */
import {
  agentSelector as agentLabels,
  keyEntry,
  keySecretName,
  keyVolume,
  ports,
} from '../../deploy/manifests/names.ts';

export const defaultNamespace = 'kelpie';
/** Label of the agents' pods. */
export const agentSelector = Object.entries(agentLabels)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');
/** Port on the loopback interface of an agent's pod. */
export const agentPort = ports.grpc;
/** The Secret with the key that agents and terminals share, unless somebody chose another, and its entry. */
export const keySecret = { name: keySecretName, entry: keyEntry } as const;

/** The part of core/v1 PodSpec that says where the key of a pod is. */
export interface KeyMount {
  readonly volumes?: readonly { readonly name?: string; readonly secret?: { readonly secretName?: string } }[];
}

/** What an agent's pod mounts is what its agent asks for. */
export const keySecretOf = (spec: KeyMount | undefined): string =>
  spec?.volumes?.find(({ name }) => name === keyVolume)?.secret?.secretName ?? keySecret.name;
