/** What an installation of agents is called in a cluster (deploy/manifests says it), in the shapes in which it is looked for. */
import { agentSelector as agentLabels, keyEntry, keySecretName, ports } from '../../deploy/manifests/names.ts';

export const defaultNamespace = 'kelpie';
/** Label of the agents' pods. */
export const agentSelector = Object.entries(agentLabels)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');
/** Port on the loopback interface of an agent's pod. */
export const agentPort = ports.grpc;
/** The Secret with the key that agents and terminals share, and its entry. */
export const keySecret = { name: keySecretName, entry: keyEntry } as const;
