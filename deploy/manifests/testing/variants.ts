/** Values that people set, one story each: what `-f values.yaml` of somebody would have. */
export const variants: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'nothing is chosen': {},
  'the image comes from a mirror and is pinned': {
    image: {
      repository: 'registry.example:5000/kelpie/agent',
      tag: '1.2.3',
      digest: `sha256:${'0123456789abcdef'.repeat(4)}`,
      pullPolicy: 'Always',
      pullSecrets: [{ name: 'mirror' }],
    },
  },
  'Prometheus reads figures': {
    metrics: { enabled: true, namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
    podAnnotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '7790' },
  },
  'a platform team has a key of its own and keeps secrets apart': {
    key: { existingSecret: 'live-traffic-key' },
    policy: { excludeNamespaces: ['vault', 'a&b<c>'], captureAtMost: 'off', redactFields: ['x-session', 'x-"quoted"'] },
  },
  'old nodes': { security: { privileged: true } },
  'the image lost its file capabilities': { security: { runAsRoot: true } },
  'strict nodes': {
    security: {
      extraCapabilities: ['SYS_RESOURCE'],
      seccompProfile: { type: 'Localhost', localhostProfile: 'kelpie.json' },
      appArmorProfile: { type: 'Unconfined' },
      seLinuxOptions: { type: 'spc_t' },
    },
  },
  'some nodes only, and important': {
    nodeSelector: { pool: 'shop' },
    tolerations: [],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'type', operator: 'NotIn', values: ['virtual-kubelet'] }] }],
        },
      },
    },
    priorityClassName: 'system-node-critical',
    resources: { requests: { memory: '256Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    extraArgs: ['--budget-events=100000', '--redact=x: y'],
  },
  'the shop team may look': {
    viewers: [
      { kind: 'Group', name: 'shop', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'ServiceAccount', name: 'watcher', namespace: 'shop' },
    ],
  },
};

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As Helm puts values over a chart's own: objects are merged, all else is replaced. */
export function overlaid<T extends object>(values: T, over: Plain): T {
  const merged: Record<string, unknown> = Object.fromEntries(Object.entries(values));
  for (const [name, value] of Object.entries(over)) {
    const own = merged[name];
    merged[name] = isPlain(own) && isPlain(value) ? overlaid(own, value) : value;
  }
  return merged as T;
}
