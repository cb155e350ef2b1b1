/** The namespace of the agents. Charts have none: Helm wants it before it renders anything. */
import type { V1Namespace } from '@kubernetes/client-node';
import { labels } from './labels.ts';
import { because, typed, value } from './template/write.ts';

/** Pod Security (kubernetes.io/docs/concepts/security/pod-security-standards): "baseline" forbids hostPID, hostPath and added capabilities. */
export const podSecurity = {
  'pod-security.kubernetes.io/enforce': 'privileged',
  'pod-security.kubernetes.io/audit': 'privileged',
  'pod-security.kubernetes.io/warn': 'privileged',
};

export const namespace = typed<V1Namespace>({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: value('namespace'),
    labels: because(
      'Pod Security: an agent sees the processes and cgroups of its node (hostPID, hostPath), which no stricter profile allows. Nothing else belongs here.',
      { ...labels, ...podSecurity },
    ),
  },
});
