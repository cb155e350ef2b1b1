/** What somebody asks who is to let this into a cluster, and what answers it: the objects themselves. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type {
  KubernetesObject,
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1ConfigMap,
  V1Container,
  V1DaemonSet,
  V1Namespace,
  V1NetworkPolicy,
  V1PolicyRule,
  V1Probe,
  V1Role,
  V1RoleBinding,
  V1ServiceAccount,
} from '@kubernetes/client-node';
import { load, loadAll } from 'js-yaml';
import { agentCapabilities, agentEntrypoint, agentImage } from '../../src/domain/agent-image.ts';
import {
  agentManifests,
  agentName,
  defaultValues,
  keyEntry,
  keySecretName,
  policyEntry,
  policyName,
  ports,
  viewerNamesRole,
  viewerRole,
} from './manifests.ts';
import { plainYaml } from './plain-yaml.ts';
import { overlaid, variants } from './testing/variants.ts';

const version = '7.8.9';
const manifests = (over: Readonly<Record<string, unknown>> = {}) =>
  agentManifests(overlaid(defaultValues(version), over));

function only<T extends KubernetesObject>(objects: readonly KubernetesObject[], kind: string, name: string): T {
  const found = objects.filter((each) => each.kind === kind && each.metadata?.name === name);
  assert.equal(found.length, 1, `one ${kind} ${name}`);
  return found[0] as T;
}
const daemonSetOf = (objects: readonly KubernetesObject[]) => only<V1DaemonSet>(objects, 'DaemonSet', agentName);
const podOf = (objects: readonly KubernetesObject[]) => {
  const { spec } = daemonSetOf(objects).spec?.template ?? {};
  assert.ok(spec);
  return spec;
};
const containerOf = (objects: readonly KubernetesObject[]): V1Container => {
  const { containers } = podOf(objects);
  assert.equal(containers.length, 1);
  return containers[0] as V1Container;
};
const argumentOf = (container: V1Container, name: string) =>
  container.args?.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3);

const reading = ['get', 'list', 'watch'];
const mayRead = (rules: readonly V1PolicyRule[] | undefined, resource: string) =>
  (rules ?? []).filter((rule) => rule.resources?.some((each) => each === resource || each === '*'));

describe('what may the agent do at the API server?', () => {
  const role = only<V1ClusterRole>(manifests(), 'ClusterRole', agentName);

  test('read names, and nothing besides', () => {
    assert.deepEqual(new Set(role.rules?.flatMap((rule) => rule.verbs)), new Set(reading));
    assert.deepEqual(
      role.rules?.flatMap((rule) => rule.resources ?? []),
      ['pods', 'namespaces', 'nodes'],
    );
  });

  test('no Secret, no config map, no wildcard', () => {
    for (const resource of ['secrets', 'configmaps', 'pods/exec', 'pods/portforward', 'nodes/proxy'])
      assert.deepEqual(mayRead(role.rules, resource), [], resource);
    assert.doesNotMatch(JSON.stringify(role.rules), /\*/);
  });

  test('its account is bound to that role alone, and only its own pods get a token', () => {
    const bindings = manifests().filter((each) => each.kind?.endsWith('Binding')) as V1ClusterRoleBinding[];
    assert.deepEqual(
      bindings.map((each) => [each.roleRef.name, each.subjects]),
      [[agentName, [{ kind: 'ServiceAccount', name: agentName, namespace: 'kelpie' }]]],
    );
    const account = only<V1ServiceAccount>(manifests(), 'ServiceAccount', agentName);
    assert.equal(account.automountServiceAccountToken, false);
    assert.equal(podOf(manifests()).automountServiceAccountToken, true);
    assert.equal(podOf(manifests()).serviceAccountName, agentName);
  });
});

describe('who may look at traffic?', () => {
  test('nobody by default', () => {
    const bound = manifests().filter((each) => each.kind?.endsWith('Binding') && each.metadata?.name !== agentName);
    assert.deepEqual(bound, []);
  });

  test('who is named, by names of all namespaces and by nothing else outside that of the agents', () => {
    const shop = variants['the shop team may look'] ?? {};
    const objects = manifests(shop);
    assert.deepEqual(only<V1ClusterRoleBinding>(objects, 'ClusterRoleBinding', viewerNamesRole).subjects, shop.viewers);
    assert.deepEqual(only<V1RoleBinding>(objects, 'RoleBinding', viewerRole).subjects, shop.viewers);
    const { rules } = only<V1ClusterRole>(objects, 'ClusterRole', viewerNamesRole);
    assert.deepEqual(new Set(rules?.flatMap((rule) => rule.verbs)), new Set(reading));
    for (const resource of ['secrets', 'configmaps', 'pods/portforward', 'pods/exec'])
      assert.deepEqual(mayRead(rules, resource), [], resource);
  });

  test('they read one Secret by its name, and forward ports in the namespace of the agents', () => {
    const role = only<V1Role>(manifests(), 'Role', viewerRole);
    assert.equal(role.metadata?.namespace, 'kelpie');
    assert.deepEqual(
      mayRead(role.rules, 'secrets').map((rule) => [rule.verbs, rule.resourceNames]),
      [[['get'], [keySecretName]]],
    );
    assert.deepEqual(mayRead(role.rules, 'pods/portforward')[0]?.verbs, ['create', 'get']);
    assert.deepEqual(mayRead(role.rules, 'pods/exec'), []);
  });

  test('with a Secret of their own it is that one, for the pods too', () => {
    const objects = manifests({ key: { existingSecret: 'mine' } });
    const role = only<V1Role>(objects, 'Role', viewerRole);
    assert.deepEqual(mayRead(role.rules, 'secrets')[0]?.resourceNames, ['mine']);
    assert.equal(podOf(objects).volumes?.find((each) => each.name === 'key')?.secret?.secretName, 'mine');
  });
});

describe('who reaches an agent over the network?', () => {
  const isLoopback = (address: string | undefined) => address?.startsWith('127.0.0.1:') === true;

  test('nobody: traffic is served on the loopback interface of the pod alone', () => {
    for (const values of Object.values(variants)) {
      const container = containerOf(manifests(values));
      assert.equal(argumentOf(container, 'listen'), `127.0.0.1:${ports.grpc}`);
      assert.ok(!container.ports?.some((each) => each.containerPort === ports.grpc), 'gRPC is no port of the pod');
      assert.ok(!container.ports?.some((each) => each.hostPort !== undefined), 'no port of the node');
    }
  });

  test('not over the network of the node either: the pod has one of its own', () => {
    for (const values of Object.values(variants)) assert.notEqual(podOf(manifests(values)).hostNetwork, true);
  });

  test('a policy denies what comes in, for exactly the agents', () => {
    const policy = only<V1NetworkPolicy>(manifests(), 'NetworkPolicy', agentName);
    assert.deepEqual(policy.spec?.policyTypes, ['Ingress']);
    assert.deepEqual(policy.spec?.ingress ?? [], []);
    const selected = Object.entries(policy.spec?.podSelector?.matchLabels ?? {});
    assert.ok(selected.length > 0, 'an empty selector would be all pods');
    const labels = daemonSetOf(manifests()).spec?.template.metadata?.labels ?? {};
    for (const [label, value] of selected) assert.equal(labels[label], value);
  });

  test('metrics stay on the loopback interface unless they are asked for', () => {
    assert.ok(isLoopback(argumentOf(containerOf(manifests()), 'metrics')));
  });

  test('metrics that are asked for are for the namespaces that are named, and open no other port', () => {
    const objects = manifests(variants['Prometheus reads figures']);
    assert.equal(argumentOf(containerOf(objects), 'metrics'), `0.0.0.0:${ports.metrics}`);
    assert.deepEqual(only<V1NetworkPolicy>(objects, 'NetworkPolicy', agentName).spec?.ingress, [
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ protocol: 'TCP', port: ports.metrics }],
      },
    ]);
  });

  test('metrics for nobody in particular are for nobody', () => {
    const policy = only<V1NetworkPolicy>(manifests({ metrics: { enabled: true } }), 'NetworkPolicy', agentName);
    assert.deepEqual(policy.spec?.ingress ?? [], []);
  });
});

describe('what may the agent do on the node?', () => {
  const security = containerOf(manifests()).securityContext;

  test('it is not root, writes nothing, and is under a seccomp profile', () => {
    assert.equal(security?.runAsNonRoot, true);
    assert.equal(security?.runAsUser, 10001);
    assert.equal(security?.readOnlyRootFilesystem, true);
    assert.equal(security?.seccompProfile?.type, 'RuntimeDefault');
    assert.notEqual(security?.privileged, true);
  });

  test('all capabilities are dropped but those that capture needs; SYS_ADMIN and NET_RAW are not among them', () => {
    assert.deepEqual(security?.capabilities?.drop, ['ALL']);
    const added = security?.capabilities?.add ?? [];
    assert.deepEqual(new Set(added), new Set(['BPF', 'PERFMON', 'NET_ADMIN', 'SYS_PTRACE', 'DAC_READ_SEARCH']));
  });

  test('one more where the kernel is old, which is handed on too: nothing else changes', () => {
    const old = containerOf(manifests({ security: { extraCapabilities: ['SYS_RESOURCE'] } }));
    const more = old.securityContext;
    assert.deepEqual(old.command, agentEntrypoint([...agentCapabilities, 'SYS_RESOURCE']));
    assert.equal(containerOf(manifests()).command, undefined, 'else the image knows best');
    assert.deepEqual(
      more?.capabilities?.add?.filter((each) => !security?.capabilities?.add?.includes(each)),
      ['SYS_RESOURCE'],
    );
    assert.equal(more?.runAsNonRoot, true);
  });

  test('as root it has no more than that, and no way to more', () => {
    const root = containerOf(manifests(variants['the image lost its file capabilities'])).securityContext;
    assert.deepEqual(root?.capabilities, security?.capabilities);
    assert.equal(root?.allowPrivilegeEscalation, false);
    assert.equal(root?.readOnlyRootFilesystem, true);
    assert.notEqual(root?.privileged, true);
  });

  test('of the file system of the node it sees the cgroups, and writes to nothing', () => {
    const pod = podOf(manifests());
    assert.deepEqual(
      pod.volumes?.flatMap((each) => each.hostPath?.path ?? []),
      ['/sys/fs/cgroup'],
    );
    for (const mount of containerOf(manifests()).volumeMounts ?? []) assert.equal(mount.readOnly, true, mount.name);
  });

  test('privileged is a way out that has to be chosen; the pod gets no wider by it', () => {
    const objects = manifests(variants['old nodes']);
    assert.equal(containerOf(objects).securityContext?.privileged, true);
    assert.equal(containerOf(objects).securityContext?.readOnlyRootFilesystem, true);
    assert.deepEqual(podOf(objects), {
      ...podOf(manifests()),
      containers: [{ ...containerOf(manifests()), securityContext: containerOf(objects).securityContext }],
    });
  });

  test('the key is a file for the group of the agent alone', () => {
    const pod = podOf(manifests());
    const key = pod.volumes?.find((each) => each.name === 'key')?.secret;
    assert.equal(key?.defaultMode, 0o440);
    assert.equal(pod.securityContext?.fsGroup, security?.runAsGroup);
    assert.notEqual(key?.optional, true, 'pods wait for it');
  });

  test('the namespace says that its pods may do that, and is of nobody else', () => {
    const { metadata } = only<V1Namespace>(manifests(), 'Namespace', 'kelpie');
    assert.equal(metadata?.labels?.['pod-security.kubernetes.io/enforce'], 'privileged');
  });
});

describe('how does it stay up, and out of the way?', () => {
  const container = containerOf(manifests());

  test('probes ask where the agent answers', () => {
    const health = container.ports?.find((each) => each.name === 'health')?.containerPort;
    assert.equal(argumentOf(container, 'health'), `0.0.0.0:${health}`);
    const probes: Record<string, V1Probe | undefined> = {
      '/livez': container.livenessProbe,
      '/readyz': container.readinessProbe,
    };
    for (const [path, probe] of Object.entries(probes)) assert.deepEqual(probe?.httpGet, { path, port: 'health' });
    assert.deepEqual(container.startupProbe?.httpGet, { path: '/livez', port: 'health' });
  });

  test('what runs is bounded, and asks for no more than it may have', () => {
    assert.ok(container.resources?.limits?.memory && container.resources.limits.cpu);
    assert.ok(container.resources.requests?.memory && container.resources.requests.cpu);
    assert.equal(podOf(manifests()).priorityClassName, undefined, 'no pod goes for the sake of looking');
  });

  test('it runs on every Linux node, tainted ones too, and is updated a few at a time', () => {
    assert.deepEqual(podOf(manifests()).tolerations, [{ operator: 'Exists' }]);
    assert.deepEqual(podOf(manifests()).nodeSelector, { 'kubernetes.io/os': 'linux' });
    assert.equal(daemonSetOf(manifests()).spec?.updateStrategy?.rollingUpdate?.maxUnavailable, '10%');
  });

  test('files that arguments name are mounted', () => {
    const pod = podOf(manifests());
    const mountOf = (volume: string) => container.volumeMounts?.find((each) => each.name === volume)?.mountPath;
    assert.equal(argumentOf(container, 'key-file'), `${mountOf('key')}/${keyEntry}`);
    assert.equal(argumentOf(container, 'policy-file'), `${mountOf('policy')}/${policyEntry}`);
    assert.equal(pod.volumes?.find((each) => each.name === 'policy')?.configMap?.name, policyName);
  });

  test('the image is of the version of who deploys it', () => {
    assert.equal(container.image, agentImage(version));
  });
});

describe('the policy file', () => {
  const policyOf = (over?: Readonly<Record<string, unknown>>) =>
    load(only<V1ConfigMap>(manifests(over), 'ConfigMap', policyName).data?.[policyEntry] ?? '');

  test('forbids nothing by default', () => {
    assert.deepEqual(policyOf(), {
      excludeNamespaces: [],
      captureAtMost: 'bodies',
      captureByDefault: 'bodies',
      redactFields: [],
    });
  });

  test('says what was chosen, whatever characters are in it; "off" is no boolean', () => {
    const { policy } = variants['a platform team has a key of its own and keeps secrets apart'] ?? {};
    assert.deepEqual(policyOf({ policy }), { ...(policy as object), captureByDefault: 'off' });
  });
});

describe('deploy/kelpie.yaml', () => {
  const text = plainYaml(defaultValues(version));

  test('has the same objects, and comments for who reads it', () => {
    assert.deepEqual(loadAll(text), manifests());
    assert.match(text, /# Not root: the binary has the capabilities below/);
  });

  test('has no key in it, and says how to make one', () => {
    assert.ok(!manifests().some((each) => each.kind === 'Secret'));
    assert.match(text, /create secret generic kelpie-agent-key --from-literal=key="\$\(openssl rand -hex 32\)"/);
  });

  test('is of the version of the product', () => {
    const root = join(import.meta.dirname, '../..');
    const product = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    assert.equal(readFileSync(join(root, 'deploy/kelpie.yaml'), 'utf8'), plainYaml(defaultValues(product.version)));
  });
});

test('what is applied first is needed by what comes after: the namespace, then accounts and roles, the pods last', () => {
  const kinds = manifests().map((each) => each.kind);
  assert.equal(kinds[0], 'Namespace');
  assert.equal(kinds.at(-1), 'DaemonSet');
});

test('everything is labelled as part of kelpie, so that all of it can be found', () => {
  for (const object of manifests(variants['the shop team may look']))
    assert.equal(object.metadata?.labels?.['app.kubernetes.io/part-of'], 'kelpie', object.kind);
});
