/** Objects of the simulated cluster as an API server has them: pods recorded from a real one, with other identities and the size that pods have. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  addressIn,
  agentPodName,
  type Copy,
  copiesOn,
  nameIn,
  nodeAddress,
  nodeName,
  type RecordedPod,
} from './cluster.ts';

/** A pod as JSON is made anew when it is asked for: 20,000 of them kept would be the bench's own 160 MB. */
export interface PodObject {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  json(version: number, more?: { readonly address?: string; readonly phase?: string }): string;
}

/** Of a pod with a sidecar, a dozen variables and what controllers write into it. */
const podBytes = 8_192;
const recorded = new URL('../../recordings/kubernetes/pods-list.json', import.meta.url);

const template = readTemplate();

/** The largest of the recorded pods with places for what differs, filled up with variables to the size that pods have. */
function readTemplate(): string {
  const { items } = JSON.parse(readFileSync(recorded, 'utf8')) as { items: RecordedObject[] };
  const [pod] = items.filter(({ status }) => status.podIP).toSorted((a, b) => sizeOf(b) - sizeOf(a));
  if (!pod) throw new Error('no pod with an address in the recording');
  const { metadata, spec, status } = pod;
  Object.assign(metadata, {
    name: '%NAME%',
    namespace: '%NAMESPACE%',
    uid: '%UID%',
    resourceVersion: '%VERSION%',
    labels: { app: '%APP%', 'app.kubernetes.io/part-of': '%NAMESPACE%', 'pod-template-hash': '%HASH%' },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: '%KIND%',
        name: '%OWNER%',
        uid: '%OWNERUID%',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
  spec.nodeName = '%NODE%';
  Object.assign(status, { phase: '%PHASE%', hostIP: '%HOST%', podIP: '%ADDRESS%', podIPs: [{ ip: '%ADDRESS%' }] });
  const [container] = spec.containers;
  if (!container) throw new Error('a recorded pod without a container');
  container.ports = [{ name: 'http', containerPort: 8080, protocol: 'TCP' }];
  container.env = [];
  for (let n = 0; sizeOf(pod) < podBytes; n += 1)
    container.env.push({ name: `SETTING_${n}_ENDPOINT`, value: `http://service-${n}.shop.svc.cluster.local:8080/v1` });
  return JSON.stringify({ kind: 'Pod', apiVersion: 'v1', ...pod });
}

interface RecordedObject {
  readonly metadata: Record<string, unknown>;
  readonly spec: {
    nodeName: string;
    readonly containers: { ports?: unknown; env?: { name: string; value: string }[] }[];
  };
  readonly status: Record<string, unknown>;
}

function sizeOf(object: object): number {
  return JSON.stringify(object).length;
}

const parts = template.split('%');

/** `%WORD%` replaced by the values. */
const filled = (values: Readonly<Record<string, string>>): string =>
  parts.map((part, at) => (at % 2 === 1 ? (values[part] ?? `%${part}%`) : part)).join('');

export function podObject(copy: Copy, pod: RecordedPod, generation = 0): PodObject {
  const { namespace, name: first } = nameIn(copy, pod);
  const isStateful = /-\d+$/.test(first);
  // Who replaces a pod of a Deployment has another name, and another address.
  const name = generation === 0 || isStateful ? first : `${first.slice(0, -2)}${String((generation % 90) + 10)}`;
  const uid = uidOf(`${namespace}/${name}/${generation}`);
  const address = addressIn(copy, pod);
  const owner = isStateful ? first.replace(/-\d+$/, '') : first.replace(/-[^-]+$/, '');
  const hash = isStateful ? '' : (owner.split('-').at(-1) ?? '');
  return {
    uid,
    namespace,
    name,
    json: (version, more = {}) =>
      filled({
        NAME: name,
        NAMESPACE: namespace,
        UID: uid,
        VERSION: String(version),
        APP: isStateful ? owner : owner.slice(0, -hash.length - 1),
        HASH: hash,
        KIND: isStateful ? 'StatefulSet' : 'ReplicaSet',
        OWNER: owner,
        OWNERUID: uidOf(`${namespace}/${owner}`),
        NODE: nodeName(copy.node),
        HOST: nodeAddress(copy.node),
        ADDRESS: more.address ?? address,
        PHASE: more.phase ?? 'Running',
      }),
  };
}

export function agentPodJson(node: number, version: number): string {
  const uid = uidOf(`agent ${node}`);
  return filled({
    NAME: agentPodName(node),
    NAMESPACE: 'kelpie',
    UID: uid,
    VERSION: String(version),
    APP: 'kelpie-agent',
    HASH: 'x',
    KIND: 'DaemonSet',
    OWNER: 'kelpie-agent',
    OWNERUID: uidOf('kelpie/kelpie-agent'),
    NODE: nodeName(node),
    HOST: nodeAddress(node),
    ADDRESS: nodeAddress(node),
    PHASE: 'Running',
  }).replace('"spec":{', '"spec":{"hostNetwork":true,');
}

/** All pods but the agents', node by node. */
export function* allPods(nodes: number, recordedPods: readonly RecordedPod[]): Iterable<readonly [Copy, RecordedPod]> {
  for (let node = 0; node < nodes; node += 1)
    for (const copy of copiesOn(nodes, node)) for (const pod of recordedPods) yield [copy, pod];
}

/** One for each workload, in front of its pods by a named port. */
export function serviceObjects(nodes: number, recordedPods: readonly RecordedPod[]): object[] {
  const services = new Map<string, object>();
  for (const [copy, pod] of allPods(nodes, recordedPods)) {
    const { namespace, name: podName } = nameIn(copy, pod);
    const name = /-\d+$/.test(podName) ? podName.replace(/-\d+$/, '') : podName.replace(/-[^-]+-[^-]+$/, '');
    const key = `${namespace}/${name}`;
    if (services.has(key)) continue;
    const number = services.size;
    services.set(key, {
      metadata: {
        name,
        namespace,
        uid: uidOf(`service ${key}`),
        resourceVersion: '1',
        creationTimestamp: '2026-11-01T00:00:00Z',
      },
      spec: {
        type: 'ClusterIP',
        clusterIP: `10.96.${number >> 8}.${number & 255}`,
        clusterIPs: [`10.96.${number >> 8}.${number & 255}`],
        selector: { app: name },
        ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
      },
      status: { loadBalancer: {} },
    });
  }
  return [...services.values()];
}

export const nodeObject = (node: number): object => ({
  metadata: {
    name: nodeName(node),
    uid: uidOf(`node ${node}`),
    resourceVersion: '1',
    creationTimestamp: '2026-11-01T00:00:00Z',
  },
  status: {
    conditions: [{ type: 'Ready', status: 'True' }],
    addresses: [
      { type: 'InternalIP', address: nodeAddress(node) },
      { type: 'Hostname', address: nodeName(node) },
    ],
  },
});

function uidOf(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
