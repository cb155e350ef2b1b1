/** What Kubernetes takes in the places where values are handed on as they are (kubernetes.io/docs/reference/kubernetes-api). */
import type { JsonSchema } from './spec.ts';

const strict = (properties: Record<string, JsonSchema>, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...more,
});
const text: JsonSchema = { type: 'string' };
const name: JsonSchema = { type: 'string', minLength: 1 };

/** Labels, annotations, node selectors. */
export const textByName: JsonSchema = { additionalProperties: text };

export const localName: JsonSchema = strict({ name }, { required: ['name'] });

/** resource.Quantity: `200m`, `512Mi`, `'1'`. A text: server-side apply refuses a number (kubernetes 1.20). */
const quantity: JsonSchema = {
  type: 'string',
  pattern: '^[0-9]+(\\.[0-9]+)?([numkMGTPE]|[KMGTPE]i)?$',
};
const quantities: JsonSchema = { type: 'object', additionalProperties: quantity };
export const resources: JsonSchema = {
  properties: { requests: quantities, limits: quantities },
  additionalProperties: false,
};

export const toleration: JsonSchema = strict({
  key: text,
  operator: { type: 'string', enum: ['Exists', 'Equal'] },
  value: text,
  effect: { type: 'string', enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
  tolerationSeconds: { type: 'integer' },
});

export const labelSelector: JsonSchema = {
  properties: {
    matchLabels: { type: 'object', ...textByName },
    matchExpressions: {
      type: 'array',
      items: strict(
        {
          key: name,
          operator: { type: 'string', enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
          values: { type: 'array', items: text },
        },
        { required: ['key', 'operator'] },
      ),
    },
  },
  additionalProperties: false,
};

export const affinity: JsonSchema = {
  properties: {
    nodeAffinity: { type: 'object' },
    podAffinity: { type: 'object' },
    podAntiAffinity: { type: 'object' },
  },
  additionalProperties: false,
};

/** SeccompProfile, AppArmorProfile. */
export const profile: JsonSchema = {
  properties: { type: { type: 'string', enum: ['RuntimeDefault', 'Unconfined', 'Localhost'] }, localhostProfile: name },
  additionalProperties: false,
};

export const seLinuxOptions: JsonSchema = {
  properties: { level: text, role: text, type: text, user: text },
  additionalProperties: false,
};

/** Of a binding (rbac.authorization.k8s.io/v1). */
export const subject: JsonSchema = strict(
  {
    kind: { type: 'string', enum: ['User', 'Group', 'ServiceAccount'] },
    name,
    namespace: { ...name, description: 'Of a ServiceAccount.' },
    apiGroup: { type: 'string', enum: ['', 'rbac.authorization.k8s.io'] },
  },
  {
    required: ['kind', 'name'],
    if: { properties: { kind: { const: 'ServiceAccount' } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema, nobody awaits it
    then: { required: ['kind', 'name', 'namespace'] },
  },
);

/** A capability as Kubernetes names it, without CAP_: what the image's setpriv has as file capabilities and is not told to hand on anyway. */
export const capability: JsonSchema = { type: 'string', enum: ['SYS_RESOURCE'] };

/** For the middle of a quoted text: nothing that would end it. */
export const imagePart: JsonSchema = { pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]*$' };
