/** What things are called in a cluster. The terminal finds agents, key and roles by these. */

export const agentName = 'kelpie-agent';
export const keySecretName = 'kelpie-agent-key';
/** Of the pod that has it, whatever it is called. */
export const keyVolume = 'key';
/** Within the Secret, and so the name of the file. */
export const keyEntry = 'key';
export const policyName = 'kelpie-policy';
export const policyEntry = 'policy.yaml';
/** Of people: to reach the agents. */
export const viewerRole = 'kelpie-viewer';
/** Of people: the names of what talks. */
export const viewerNamesRole = 'kelpie-viewer-names';
export const containerName = 'agent';

export const ports = {
  /** gRPC, on the pod's loopback interface. */
  grpc: 7788,
  /** `/livez`, `/readyz`. */
  health: 7789,
  /** `/metrics`. */
  metrics: 7790,
} as const;

/** Of the image's user, which has no name on nodes. */
export const agentUser = 10001;

/** The one label agents are selected by. A DaemonSet's selector cannot be changed later. */
export const agentSelector = { 'app.kubernetes.io/name': agentName } as const;
