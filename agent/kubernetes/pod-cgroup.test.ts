import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { podOfCgroup } from './pod-cgroup.ts';

const uid = '5c2a7f5d-6f0c-4c0b-9f6a-0d5b8c1f2e3d';
const flat = uid.replaceAll('-', '_');
const id = '3b1d2f0e4c5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0';
const outer = '99'.repeat(32);
const hash = '0123456789abcdef0123456789abcdef';

describe('the pod and container of a cgroup', () => {
  const layouts: readonly (readonly [string, string])[] = [
    ['containerd, cgroupfs, guaranteed', `/kubepods/pod${uid}/${id}`],
    ['containerd, cgroupfs, burstable', `/kubepods/burstable/pod${uid}/${id}`],
    ['docker, cgroupfs, best effort', `/kubepods/besteffort/pod${uid}/${id}`],
    ['containerd, systemd, guaranteed', `/kubepods.slice/kubepods-pod${flat}.slice/cri-containerd-${id}.scope`],
    [
      'containerd, systemd, burstable',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${flat}.slice/cri-containerd-${id}.scope`,
    ],
    [
      'CRI-O, systemd, best effort',
      `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${flat}.slice/crio-${id}.scope`,
    ],
    ['CRI-O, cgroupfs', `/kubepods/besteffort/pod${uid}/crio-${id}`],
    [
      'docker, systemd',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${flat}.slice/docker-${id}.scope`,
    ],
    [
      'containerd without the systemd driver on a systemd node',
      `/system.slice/containerd.service/kubepods-burstable-pod${flat}.slice:cri-containerd:${id}`,
    ],
    [
      'kind, systemd',
      `/system.slice/docker-${outer}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod${flat}.slice/cri-containerd-${id}.scope`,
    ],
    ['kind, cgroupfs', `/docker/${outer}/kubelet/kubepods/burstable/pod${uid}/${id}`],
    ['minikube in docker', `/system.slice/docker-${outer}.scope/kubepods/besteffort/pod${uid}/${id}`],
    ['what a container made below itself', `/kubepods/burstable/pod${uid}/${id}/init.scope/worker`],
    [
      'a cgroup root of its own',
      `/k8s.slice/k8s-kubepods.slice/k8s-kubepods-pod${flat}.slice/cri-containerd-${id}.scope`,
    ],
  ];
  for (const [name, path] of layouts) {
    test(name, () => assert.deepEqual(podOfCgroup(path), { podUid: uid, containerId: id }));
  }

  test('static pods have the hash of their file for a UID', () => {
    assert.deepEqual(podOfCgroup(`/kubepods/burstable/pod${hash}/${id}`), { podUid: hash, containerId: id });
    assert.deepEqual(podOfCgroup(`/kubepods.slice/kubepods-pod${hash}.slice/crio-${id}.scope`), {
      podUid: hash,
      containerId: id,
    });
  });

  test('a pod in a pod: the inner one', () => {
    const inner = '11111111-2222-3333-4444-555555555555';
    const path = `/kubepods/pod${uid}/${outer}/kubepods/besteffort/pod${inner}/${id}`;
    assert.deepEqual(podOfCgroup(path), { podUid: inner, containerId: id });
  });

  test('the pod’s own cgroup, and the helpers of a runtime, are of no container', () => {
    for (const path of [
      `/kubepods/burstable/pod${uid}`,
      `/kubepods.slice/kubepods-pod${flat}.slice`,
      `/kubepods.slice/kubepods-pod${flat}.slice/crio-conmon-${id}.scope`,
      `/kubepods/pod${uid}/something`,
    ]) {
      assert.deepEqual(podOfCgroup(path), { podUid: uid, containerId: null }, path);
    }
  });

  test('whatever else runs on a node has no pod', () => {
    for (const path of [
      '/',
      '',
      '/system.slice/nginx.service',
      '/kubepods',
      '/kubepods.slice/kubepods-burstable.slice',
      `/docker/${id}`,
      `/system.slice/docker-${id}.scope`,
      `/user.slice/user-1000.slice/podman-${id}.scope`,
      '/kubepods/pod1234',
      `/kubepods/pod${uid}x/${id}`,
      '/machine.slice/tripod-12345678-1234-1234-1234-123456789abc',
    ]) {
      assert.equal(podOfCgroup(path), undefined, path);
    }
  });
});
