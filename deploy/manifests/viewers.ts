/** What people need who look at traffic. Bound to nobody unless the values name somebody. */
import type { V1ClusterRole, V1ClusterRoleBinding, V1Role, V1RoleBinding } from '@kubernetes/client-node';
import { inNamespace, ofCluster } from './labels.ts';
import { agentName, keySecretName, viewerNamesRole, viewerRole } from './names.ts';
import { because, typed, value, when, whole } from './template/write.ts';

const apiGroup = 'rbac.authorization.k8s.io';
const read = ['get', 'list', 'watch'];

const names = typed<V1ClusterRole>({
  apiVersion: `${apiGroup}/v1`,
  kind: 'ClusterRole',
  metadata: ofCluster(viewerNamesRole),
  rules: [{ apiGroups: [''], resources: ['pods', 'services', 'nodes'], verbs: read }],
});

/** Who may forward a port but not read the key, or the other way round, sees nothing. */
const reach = typed<V1Role>({
  apiVersion: `${apiGroup}/v1`,
  kind: 'Role',
  metadata: inNamespace(viewerRole),
  rules: [
    { apiGroups: [''], resources: ['pods'], verbs: read },
    because(
      'Forwarding a port is "create" by SPDY and "get" by WebSocket: the verb is that of the HTTP request (kubernetes.io/docs/reference/access-authn-authz/authorization).',
      { apiGroups: [''], resources: ['pods/portforward'], verbs: ['create', 'get'] },
    ),
    {
      apiGroups: [''],
      resources: ['secrets'],
      resourceNames: [value('key.existingSecret', keySecretName)],
      verbs: ['get'],
    },
    because('How many nodes shall have an agent.', {
      apiGroups: ['apps'],
      resources: ['daemonsets'],
      resourceNames: [agentName],
      verbs: ['get'],
    }),
  ],
});

const namesBinding = typed<V1ClusterRoleBinding>({
  apiVersion: `${apiGroup}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: ofCluster(viewerNamesRole),
  roleRef: { apiGroup, kind: 'ClusterRole', name: viewerNamesRole },
  subjects: whole('viewers'),
});

const reachBinding = typed<V1RoleBinding>({
  apiVersion: `${apiGroup}/v1`,
  kind: 'RoleBinding',
  metadata: inNamespace(viewerRole),
  roleRef: { apiGroup, kind: 'Role', name: viewerRole },
  subjects: whole('viewers'),
});

export const viewers = [names, reach, when('viewers', namesBinding), when('viewers', reachBinding)];
