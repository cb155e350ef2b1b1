/** The demo of a cluster: it must come up under the strictest profile, and make traffic. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { V1Deployment, V1Namespace, V1Service } from '@kubernetes/client-node';
import { kuardManifests } from './kuard.ts';

const [home, service, kuard, visitor] = kuardManifests() as [V1Namespace, V1Service, V1Deployment, V1Deployment];
const podOf = (deployment: V1Deployment) => deployment.spec?.template.spec;
const containerOf = (deployment: V1Deployment) => podOf(deployment)?.containers[0];

describe('kuard and its visitor', () => {
  test('are in a namespace of their own that can be deleted whole', () => {
    assert.deepEqual([home.kind, home.metadata?.name], ['Namespace', 'kelpie-demo']);
    for (const each of [service, kuard, visitor]) assert.equal(each.metadata?.namespace, 'kelpie-demo');
  });

  test('keep to the restricted profile, which the namespace demands', () => {
    assert.equal(home.metadata?.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
    for (const deployment of [kuard, visitor]) {
      const security = containerOf(deployment)?.securityContext;
      assert.equal(security?.runAsNonRoot, true);
      assert.equal(security?.allowPrivilegeEscalation, false);
      assert.deepEqual(security?.capabilities, { drop: ['ALL'] });
      assert.equal(security?.seccompProfile?.type, 'RuntimeDefault');
      assert.equal(podOf(deployment)?.automountServiceAccountToken, false);
    }
  });

  test('the visitor finds kuard by the name and port of its Service', () => {
    const labels = kuard.spec?.template.metadata?.labels ?? {};
    for (const [label, value] of Object.entries(service.spec?.selector ?? {})) assert.equal(labels[label], value);
    const port = containerOf(kuard)?.ports?.find((each) => each.name === service.spec?.ports?.[0]?.targetPort);
    assert.equal(port?.containerPort, 8080);
    const script = containerOf(visitor)?.command?.at(-1) ?? '';
    for (const url of script.match(/http:\S+/g) ?? []) assert.equal(new URL(url).host, service.metadata?.name);
    assert.match(script, /--post-data/);
  });

  test('images may come from elsewhere', () => {
    const images = kuardManifests({
      kuardImage: 'local/kuard',
      visitorImage: 'local/busybox',
      imagePullPolicy: 'Never',
    });
    assert.deepEqual(
      images
        .slice(2)
        .map((each) => [containerOf(each as V1Deployment)?.image, containerOf(each as V1Deployment)?.imagePullPolicy]),
      [
        ['local/kuard', 'Never'],
        ['local/busybox', 'Never'],
      ],
    );
  });
});
