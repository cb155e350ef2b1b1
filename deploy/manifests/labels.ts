/** Labels as Kubernetes recommends them (kubernetes.io/docs/concepts/overview/working-with-objects/common-labels). */
import type { V1ObjectMeta } from '@kubernetes/client-node';
import { agentName } from './names.ts';
import type { Template } from './template/expression.ts';
import { value } from './template/write.ts';

export const labels = {
  'app.kubernetes.io/name': agentName,
  'app.kubernetes.io/part-of': 'kelpie',
  'app.kubernetes.io/component': 'agent',
  'app.kubernetes.io/version': value('version'),
  'app.kubernetes.io/managed-by': value('managedBy'),
};

/** Of an object beside the agents. */
export const inNamespace = (name: string): Template<V1ObjectMeta> => ({ name, namespace: value('namespace'), labels });

/** Of an object of the whole cluster. */
export const ofCluster = (name: string): Template<V1ObjectMeta> => ({ name, labels });
