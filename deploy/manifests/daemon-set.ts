/** One agent on each node. */
import type { V1DaemonSet, V1PodSpec, V1Volume } from '@kubernetes/client-node';
import { container } from './container.ts';
import { inNamespace, labels } from './labels.ts';
import { agentName, agentSelector, agentUser, keyEntry, keySecretName, keyVolume, policyName } from './names.ts';
import type { Template } from './template/expression.ts';
import { because, given, typed, value, when } from './template/write.ts';

const volumes: readonly Template<V1Volume>[] = [
  { name: 'cgroup', hostPath: { path: '/sys/fs/cgroup', type: 'Directory' } },
  {
    name: keyVolume,
    // For the agent's group and nobody else: 288 is 0440.
    secret: {
      secretName: value('key.existingSecret', keySecretName),
      defaultMode: 0o440,
      items: [{ key: keyEntry, path: keyEntry }],
    },
  },
  { name: 'policy', configMap: { name: policyName } },
];

const pod: Template<V1PodSpec> = {
  serviceAccountName: agentName,
  automountServiceAccountToken: true,
  // hostNetwork stays off: the agent's port would be on the loopback interface of the node, for every process there.
  hostPID: because('Whose socket is whose, and which cgroup a process is in, stands in the /proc of the node.', true),
  securityContext: { fsGroup: agentUser },
  priorityClassName: when('priorityClassName', value('priorityClassName')),
  terminationGracePeriodSeconds: 10,
  nodeSelector: given('nodeSelector'),
  affinity: given('affinity'),
  tolerations: given('tolerations'),
  imagePullSecrets: given('image.pullSecrets'),
  containers: [container],
  volumes,
};

export const daemonSet = typed<V1DaemonSet>({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: inNamespace(agentName),
  spec: {
    selector: { matchLabels: agentSelector },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
    revisionHistoryLimit: 3,
    template: { metadata: { labels, annotations: given('podAnnotations') }, spec: pod },
  },
});
