/** The agent's container. */
import type { V1Container, V1EnvVar, V1Probe, V1SecurityContext, V1VolumeMount } from '@kubernetes/client-node';
import { agentCapabilities, agentEntrypoint } from '../../src/domain/agent-image.ts';
import { agentUser, containerName, keyEntry, keyVolume, policyEntry, ports } from './names.ts';
import type { Template } from './template/expression.ts';
import { because, given, text, typed, value, when } from './template/write.ts';

const keyFolder = '/etc/kelpie/key';
const policyFolder = '/etc/kelpie/policy';

const fromField = (name: string, fieldPath: string): Template<V1EnvVar> => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});

const probe = (path: string, more: Template<V1Probe>): Template<V1Probe> => ({
  httpGet: { path, port: 'health' },
  ...(more as object),
});

/**
 * No capability is here in vain (capabilities(7)): without DAC_READ_SEARCH `/proc/PID/fd` of other users is closed even to SYS_PTRACE. It opens no door that
 * SYS_PTRACE leaves shut, which may read the memory of any process it sees. The image's setpriv has them as file capabilities and hands them on to
 * Node (deploy/image/README.md); "no new privileges" would take them all.
 */
const leastPrivilege: Template<V1SecurityContext> = {
  runAsNonRoot: when('security.runAsRoot', false, true),
  runAsUser: when('security.runAsRoot', 0, agentUser),
  runAsGroup: agentUser,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: when(
    'security.runAsRoot',
    false,
    because(
      'Not root: the binary has the capabilities below as file capabilities, and "no new privileges" would keep it from getting them. All others are dropped.',
      true,
    ),
  ),
  capabilities: {
    drop: ['ALL'],
    add: because(
      'BPF and PERFMON load the programs, NET_ADMIN attaches them to cgroups. SYS_PTRACE and DAC_READ_SEARCH read in /proc whose sockets are whose: it is closed between users.',
      [...agentCapabilities, given('security.extraCapabilities')],
    ),
  },
  seccompProfile: given('security.seccompProfile'),
  appArmorProfile: given('security.appArmorProfile'),
  seLinuxOptions: given('security.seLinuxOptions'),
};

const privileged: Template<V1SecurityContext> = {
  privileged: true,
  runAsUser: 0,
  runAsGroup: 0,
  readOnlyRootFilesystem: true,
};

const mounts: readonly Template<V1VolumeMount>[] = [
  // One mount, in which cgroups come and go: propagation would be refused on nodes whose mounts are private.
  { name: 'cgroup', mountPath: '/sys/fs/cgroup', readOnly: true },
  { name: keyVolume, mountPath: keyFolder, readOnly: true },
  { name: 'policy', mountPath: policyFolder, readOnly: true },
];

/** There is one more at most (values/kubernetes-schemas.ts). */
const moreEntrypoint = agentEntrypoint([...agentCapabilities, 'SYS_RESOURCE']);

export const container: Template<V1Container> = {
  name: containerName,
  image: text`${value('image.repository')}:${value('image.tag', value('version'))}${when(
    'image.digest',
    text`@${value('image.digest')}`,
  )}`,
  imagePullPolicy: value('image.pullPolicy'),
  command: when(
    'security.extraCapabilities',
    because('As in the image, but for the capability that it would not hand on.', moreEntrypoint),
  ),
  args: [
    '--kubernetes',
    because(
      'The loopback interface of the pod: reached by port-forward, so that the API server says who may, and by nothing else.',
      `--listen=127.0.0.1:${ports.grpc}`,
    ),
    `--key-file=${keyFolder}/${keyEntry}`,
    `--policy-file=${policyFolder}/${policyEntry}`,
    `--health=0.0.0.0:${ports.health}`,
    when('metrics.enabled', `--metrics=0.0.0.0:${ports.metrics}`, `--metrics=127.0.0.1:${ports.metrics}`),
    given('extraArgs'),
  ],
  env: [
    fromField('NODE_NAME', 'spec.nodeName'),
    fromField('POD_NAME', 'metadata.name'),
    fromField('POD_NAMESPACE', 'metadata.namespace'),
    fromField('POD_UID', 'metadata.uid'),
  ],
  ports: [
    { name: 'health', containerPort: ports.health, protocol: 'TCP' },
    when('metrics.enabled', { name: 'metrics', containerPort: ports.metrics, protocol: 'TCP' }),
  ],
  // Loading programs takes a second, on a small node that just came up many: a minute at most.
  startupProbe: probe('/livez', { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 30 }),
  livenessProbe: probe('/livez', { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 }),
  readinessProbe: probe('/readyz', { periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 2 }),
  // Why it ended stands in the pod's status, where the terminal reads it.
  terminationMessagePolicy: 'FallbackToLogsOnError',
  resources: given('resources'),
  securityContext: when(
    'security.privileged',
    typed<V1SecurityContext>(privileged),
    typed<V1SecurityContext>(leastPrivilege),
  ),
  volumeMounts: mounts,
};
