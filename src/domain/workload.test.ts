import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { namespaceOf, workloadOf, workloadOfPod } from './workload.ts';

describe('a pod’s workload', () => {
  const cases: readonly (readonly [pod: string, workload: string, why: string])[] = [
    ['api-7d9f8b5c6-x2k4l', 'api', 'Deployment'],
    ['coredns-5dd5756b68-8sjdz', 'coredns', 'Deployment of kube-system'],
    ['ingress-nginx-controller-6858749594-4cpgb', 'ingress-nginx-controller', 'Deployment with hyphens'],
    ['kube-proxy-x2k4l', 'kube-proxy', 'DaemonSet'],
    ['postgres-0', 'postgres', 'StatefulSet'],
    ['kafka-broker-11', 'kafka-broker', 'StatefulSet with hyphens'],
    ['backup-28391234-abcde', 'backup', 'CronJob, by the minute'],
    ['backup-1703474040-zxcvb', 'backup', 'CronJob of an older cluster, by the second'],
    ['migrate-q9wzt', 'migrate', 'Job'],
    ['kuard', 'kuard', 'made by hand'],
    ['web-https', 'web-https', 'made by hand, without vowels'],
    ['my-mysql', 'my-mysql', 'y is in no generated name'],
    ['api-v2', 'api-v2', 'a version is no ordinal'],
    ['node-a1b2c', 'node-a1b2c', 'a and 1 are in no generated name'],
    ['x2k4l', 'x2k4l', 'nothing would be left'],
    ['-0', '-0', 'nothing would be left'],
    ['', '', 'no name'],
  ];
  for (const [pod, workload, why] of cases) {
    test(`${pod} → ${workload} (${why})`, () => assert.equal(workloadOfPod(pod), workload));
  }
});

describe('the workload behind an entity', () => {
  for (const [entity, workload] of [
    ['shop/api-7d9f8-x2k4l', 'shop/api'],
    ['shop/frontend-7d9c8b6f5-x2x9z', 'shop/frontend'],
    ['shop/fluent-bit-x2k4l', 'shop/fluent-bit'],
    ['shop/my-super-proxy', 'shop/my-super-proxy'],
    ['nginx', 'nginx'],
    ['nginx-7d9f8b5c6-x2k4l', 'nginx-7d9f8b5c6-x2k4l'],
    ['10.0.0.1:443', '10.0.0.1:443'],
    ['api.example.com', 'api.example.com'],
    ['shop/-x2k4l', 'shop/-x2k4l'],
  ] as const) {
    test(`${entity} is one of ${workload}`, () => assert.equal(workloadOf(entity), workload));
  }

  test('the namespace stands before the slash', () => {
    assert.equal(namespaceOf('shop/api'), 'shop');
    assert.equal(namespaceOf('10.0.0.1:443'), undefined);
  });
});
