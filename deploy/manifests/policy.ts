/** What the agents of this cluster may capture, as a file that each reads. */
import type { V1ConfigMap } from '@kubernetes/client-node';
import { inNamespace } from './labels.ts';
import { policyEntry, policyName } from './names.ts';
import { json, text, typed, value } from './template/write.ts';

export const policy = typed<V1ConfigMap>({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: inNamespace(policyName),
  data: {
    [policyEntry]: text`# Namespaces nothing is captured of.
excludeNamespaces: ${json('policy.excludeNamespaces')}
# The deepest that is captured, whatever a terminal asks for: off, flows, heads or bodies.
captureAtMost: "${value('policy.captureAtMost')}"
# The deepest of pods that say nothing themselves (annotation kelpie.dev/capture): less than the above, and pods opt in.
captureByDefault: "${value('policy.captureByDefault', value('policy.captureAtMost'))}"
# Header fields whose values are secrets, besides the usual.
redactFields: ${json('policy.redactFields')}
`,
  },
});
