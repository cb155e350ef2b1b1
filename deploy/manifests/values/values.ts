/** What may be chosen about the agents of a cluster. The same for `kelpie deploy` and the Helm chart. */
import type {
  RbacV1Subject,
  V1Affinity,
  V1LabelSelector,
  V1SELinuxOptions,
  V1Toleration,
} from '@kubernetes/client-node';
import { agentRepository } from '../../../src/domain/agent-image.ts';
import type { CaptureLevel } from '../../../src/domain/agent-status.ts';
import {
  affinity,
  capability,
  imagePart,
  labelSelector,
  localName,
  profile,
  resources,
  seLinuxOptions,
  subject,
  textByName,
  toleration,
} from './kubernetes-schemas.ts';
import { choice, defaultsOf, flag, given, group, list, text, type ValuesOf } from './spec.ts';

export interface Profile {
  readonly type?: 'RuntimeDefault' | 'Unconfined' | 'Localhost';
  readonly localhostProfile?: string;
}

export interface Resources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

const levels: readonly CaptureLevel[] = ['off', 'flows', 'heads', 'bodies'];

export const valuesSpec = {
  image: group('The image of the agent.', {
    repository: text('Where it is, without a tag.', agentRepository, imagePart),
    tag: text('Empty: the version of this chart. A terminal and its agents should be of one version.', '', {
      pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]*$|^$',
    }),
    digest: text('`sha256:…`: exactly this image, whatever the tag says by then.', '', {
      pattern: '^sha256:[0-9a-f]{64}$|^$',
    }),
    pullPolicy: choice('When nodes fetch it.', 'IfNotPresent', ['Always', 'IfNotPresent', 'Never']),
    pullSecrets: list<{ readonly name: string }>('`- name: …` of Secrets beside the agents.', [], localName),
  }),
  key: group('The key that terminals and agents share: who can read it may look at traffic.', {
    existingSecret: text(
      'The name of a Secret you made yourself, with the key in it under `key` (32 characters at least). Empty: a Secret kelpie-agent-key is made with a key ' +
        'drawn at random, and kept by upgrades. Where templates are rendered without the cluster (helm template, Argo CD), a new key would be drawn each time: ' +
        'make the Secret yourself there.',
      '',
      { pattern: '^[a-z0-9.-]*$' },
    ),
  }),
  policy: group('What the agents may capture, whatever a terminal asks for.', {
    excludeNamespaces: list<string>('Namespaces nothing is captured of.', [], { type: 'string', minLength: 1 }),
    captureAtMost: choice<CaptureLevel>(
      'The deepest that is captured: off, flows (connections and bytes), heads (start lines and headers too), bodies.',
      'bodies',
      levels,
    ),
    captureByDefault: text(
      'The deepest of pods that say nothing themselves by the annotation kelpie.dev/capture, on them or their namespace. Empty: as deep as captureAtMost.',
      '',
      { enum: ['', ...levels] },
    ),
    redactFields: list<string>(
      'Header fields whose values are secrets, besides authorization, cookie, set-cookie and x-api-key.',
      [],
      { type: 'string', minLength: 1 },
    ),
  }),
  metrics: group(
    'Figures of the agents themselves for Prometheus: GET /metrics on port 7790 of each pod.',
    {
      enabled: flag('Serve them to other pods. Without it they are on the loopback interface of the pod only.', false),
      namespaceSelector: given<V1LabelSelector>(
        'Of which namespaces pods may read them, by labels of the namespace; needed where they are served. For example ' +
          '`matchLabels: {kubernetes.io/metadata.name: monitoring}` (Kubernetes gives that label from 1.21 on). No selector: no pod may.',
        {},
        labelSelector,
      ),
    },
    {
      if: { properties: { enabled: { const: true } }, required: ['enabled'] },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema, nobody awaits it
      then: { properties: { namespaceSelector: { minProperties: 1 } }, required: ['namespaceSelector'] },
    },
  ),
  security: group('What nodes demand that are stricter or older than usual.', {
    runAsRoot: flag(
      'Root, but with the same few capabilities, no others, and no way to more: where the image lost its file capabilities on its way (some registries and ' +
        'archives drop extended attributes), or a policy forbids allowPrivilegeEscalation.',
      false,
    ),
    privileged: flag(
      'A privileged container, the last resort: where the runtime knows no CAP_BPF. The other settings here have no effect then.',
      false,
    ),
    extraCapabilities: list<string>(
      'Besides BPF, PERFMON, NET_ADMIN, SYS_PTRACE and DAC_READ_SEARCH. There is one more that the binary in the image can make use of: SYS_RESOURCE, on ' +
        'kernels before 5.11, where BPF maps count against RLIMIT_MEMLOCK.',
      [],
      capability,
    ),
    seccompProfile: given<Profile>(
      '`type: Unconfined` where the profile of the runtime refuses bpf(2) in spite of CAP_BPF (Docker before 23, and what took its profile from there).',
      { type: 'RuntimeDefault' },
      profile,
    ),
    appArmorProfile: given<Profile>(
      'Kubernetes 1.30 and newer: `type: Unconfined` where the profile of the runtime keeps the agent from the processes of other containers in /proc. ' +
        'Before: the annotation `container.apparmor.security.beta.kubernetes.io/agent: unconfined` in podAnnotations.',
      {},
      profile,
    ),
    seLinuxOptions: given<V1SELinuxOptions>('`type: spc_t` on nodes with SELinux enforcing.', {}, seLinuxOptions),
  }),
  resources: given<Resources>(
    'Measured: 0.01 of a core and 90 MiB while nobody looks; half a core and 160 MiB at 40,000 requests a second; 310 MiB with 100,000 connections. ' +
      'A ring of 28 MiB and BPF maps are in that: kernels from 5.11 on charge them to the pod. A core at most, so that looking never takes more of a node.',
    { requests: { cpu: '50m', memory: '192Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    resources,
  ),
  nodeSelector: given<Readonly<Record<string, string>>>(
    'Labels of the nodes to run on.',
    { 'kubernetes.io/os': 'linux' },
    textByName,
  ),
  tolerations: list<V1Toleration>(
    'All taints by default: traffic of a node that has no agent is not seen.',
    [{ operator: 'Exists' }],
    toleration,
  ),
  affinity: given<V1Affinity>('For example to leave out virtual nodes.', {}, affinity),
  priorityClassName: text(
    'None by default: looking at traffic is no reason to evict what makes it, and clusters may keep system-node-critical for kube-system.',
    '',
    { pattern: '^[a-z0-9.-]*$' },
  ),
  podAnnotations: given<Readonly<Record<string, string>>>('Of each agent pod.', {}, textByName),
  extraArgs: list<string>('More arguments of `kelpie agent`, such as `--budget-events=100000`.', [], {
    type: 'string',
  }),
  viewers: list<RbacV1Subject>(
    'Who may look at traffic: users, groups and service accounts as the subjects of a binding name them. They may list pods and services of all namespaces, and ' +
      'read the key and forward ports in the namespace of the agents. Nobody by default, besides those who may do all that already.',
    [],
    subject,
  ),
} as const;

/** The values of the Helm chart. */
export type ChartValues = ValuesOf<typeof valuesSpec>;

export interface AgentValues extends ChartValues {
  /** Where the agents are; the chart takes the namespace of its release. */
  readonly namespace: string;
  /** Of the agents: the tag of the image where the values say none, and a label. The chart's appVersion. */
  readonly version: string;
  /** Who applies the manifests, as the label `app.kubernetes.io/managed-by` has it. */
  readonly managedBy: string;
}

/** What `kelpie deploy` applies when nothing is chosen. A new object each time. */
export const defaultValues = (version: string): AgentValues => ({
  namespace: 'kelpie',
  version,
  managedBy: 'kelpie',
  ...defaultsOf(valuesSpec),
});
