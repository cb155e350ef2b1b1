/** What an agent may ask the API server: names, nothing else. Reading Secrets in particular is not among it: its key is a file. */
import type { V1ClusterRole, V1ClusterRoleBinding, V1ServiceAccount } from '@kubernetes/client-node';
import { inNamespace, ofCluster } from './labels.ts';
import { agentName } from './names.ts';
import { because, typed, value } from './template/write.ts';

const apiGroup = 'rbac.authorization.k8s.io';

const serviceAccount = typed<V1ServiceAccount>({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: inNamespace(agentName),
  automountServiceAccountToken: because(
    'The DaemonSet asks for its token; another pod that only names this account gets none.',
    false,
  ),
});

const role = typed<V1ClusterRole>({
  apiVersion: `${apiGroup}/v1`,
  kind: 'ClusterRole',
  metadata: ofCluster(agentName),
  rules: [{ apiGroups: [''], resources: ['pods', 'namespaces', 'nodes'], verbs: ['get', 'list', 'watch'] }],
});

const binding = typed<V1ClusterRoleBinding>({
  apiVersion: `${apiGroup}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: ofCluster(agentName),
  roleRef: { apiGroup, kind: 'ClusterRole', name: agentName },
  subjects: [{ kind: 'ServiceAccount', name: agentName, namespace: value('namespace') }],
});

export const rbac = [serviceAccount, role, binding];
