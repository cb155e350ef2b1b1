/** Nobody connects to an agent over the network. */
import type { V1NetworkPolicy, V1NetworkPolicyIngressRule } from '@kubernetes/client-node';
import { inNamespace } from './labels.ts';
import { agentName, agentSelector, ports } from './names.ts';
import type { Template } from './template/expression.ts';
import { because, typed, when, whole } from './template/write.ts';

/** As the API server has it: client-node's class calls `from` `_from`. */
type IngressRule = Omit<V1NetworkPolicyIngressRule, '_from'> & {
  readonly from: NonNullable<V1NetworkPolicyIngressRule['_from']>;
};

const metrics: Template<IngressRule> = {
  from: [{ namespaceSelector: whole('metrics.namespaceSelector') }],
  ports: [{ protocol: 'TCP', port: ports.metrics }],
};

/**
 * What a terminal sends comes by port-forward over the loopback interface, and probes from the pod's own node: neither is what policies are about
 * (kubernetes.io/docs/concepts/services-networking/network-policies). Egress stays open: where the API server is differs from cluster to cluster.
 */
export const networkPolicy = typed<V1NetworkPolicy>({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: inNamespace(agentName),
  spec: {
    podSelector: { matchLabels: agentSelector },
    policyTypes: because(
      'No rule for ingress is no ingress. Port-forward comes over the loopback interface, probes from the own node: neither is meant.',
      ['Ingress'],
    ),
    // Without a selector there is no rule: an empty one would mean the pods of all namespaces.
    ingress: when('metrics.enabled', when('metrics.namespaceSelector', [metrics as never])),
  },
});
