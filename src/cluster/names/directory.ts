/** What the addresses and DNS names of a cluster stand for: pods, Services, nodes. Told by watches, kept small. */
import { createPodRegister, type PodRegister } from '../../domain/pods/pod-register.ts';
import { identityOf, ownerText, type PodObject } from '../../kubernetes/pod-identity.ts';
import { createTenures } from './tenures.ts';

/** Who is behind an address. */
export interface Named {
  /** As rows name entities: "shop/web-7d9f8b5c6-x2k4l", "shop/web", "node-1:10250". */
  readonly entity: string;
  /** Null for nodes. */
  readonly namespace: string | null;
  /** The pod, where it is one. */
  readonly pod: string | null;
  /** The Service that was called, "web.shop.svc"; null where it was none. */
  readonly service: string | null;
  /** The port of the pods behind a port of the Service, by which the other side knows the call; undefined where it is the same or not known. */
  readonly targetPort?: number | undefined;
}

/** The parts of core/v1 Service and Node that are read. */
export interface ServiceObject {
  readonly metadata?: Metadata;
  readonly spec?: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalIPs?: readonly string[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly ServicePort[];
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
  };
}

interface ServicePort {
  readonly port?: number;
  readonly nodePort?: number;
  /** A number, or the name of a port of the pods. */
  readonly targetPort?: number | string;
}

export interface NodeObject {
  readonly metadata?: Metadata;
  readonly status?: { readonly addresses?: readonly { readonly type?: string; readonly address?: string }[] };
}

interface Metadata {
  readonly uid?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly creationTimestamp?: Date | string;
}

interface Pod {
  readonly uid: string;
  readonly entity: string;
  readonly namespace: string;
  readonly node: string | undefined;
  /** "shop/web", of its controller; of a pod of its own its own name. */
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports of its containers that have a name. */
  readonly ports: Readonly<Record<string, number>>;
}

interface Service {
  readonly uid: string;
  readonly entity: string;
  readonly namespace: string;
  readonly host: string;
  readonly selector: Readonly<Record<string, string>> | undefined;
  readonly ports: readonly ServicePort[];
  /** Worked out when it is asked for: whose pods it selects, and which ports of theirs its named ones are. */
  behind: string | undefined;
  targets: Map<string, number | undefined> | undefined;
}

/** What pods of one workload have in common. */
type PodShape = Pick<Pod, 'labels' | 'ports'>;

type Owner = { readonly kind: 'pod'; readonly pod: Pod } | { readonly kind: 'service'; readonly service: Service };

export interface Directory {
  putPod(pod: PodObject): void;
  removePod(uid: string): void;
  putService(service: ServiceObject): void;
  removeService(uid: string): void;
  putNode(node: NodeObject): void;
  removeNode(uid: string): void;
  /** @param time Unix ms */
  byAddress(address: string, port: number | undefined, time: number): Named | undefined;
  /** "web.shop.svc.cluster.local", "db-0.db.shop.svc", "10-88-0-7.shop.pod.cluster.local". */
  byHost(host: string, time: number): Named | undefined;
  /** Where a pod runs, by its entity. */
  nodeOf(pod: string): string | undefined;
  readonly counts: { readonly pods: number; readonly services: number; readonly nodes: number };
}

/** Workloads whose labels are kept once for all their pods, at most. */
const mostShapes = 20_000;

/**
 * @param now Unix ms
 * @param known hears of owners and labels
 */
export function createDirectory(
  now: () => number = Date.now,
  known: Pick<PodRegister, 'put' | 'putName'> = createPodRegister(),
): Directory {
  const owners = createTenures<Owner>();
  const pods = new Map<string, Pod>();
  const byEntity = new Map<string, Pod>();
  const byNamespace = new Map<string, Map<string, Pod>>();
  const services = new Map<string, Service>();
  const serviceByEntity = new Map<string, Service>();
  const servicesIn = new Map<string, Set<Service>>();
  /** The last of each workload. */
  const shapes = new Map<string, PodShape>();
  const nodes = new Map<string, string>();
  const nodeAddresses = createTenures<string>();
  /** NodePort to the Service that has it: one in a cluster. */
  const nodePorts = new Map<number, Service>();

  /** A pod came, went, or has other labels: what was worked out of the Services that select it may be wrong. */
  const podChanged = ({ namespace, labels, workload }: Pod, isNew: boolean): void => {
    for (const service of servicesIn.get(namespace) ?? []) {
      if (service.behind === undefined || !isSelected(service.selector, labels)) continue;
      service.targets = undefined;
      // One more of the same workload changes nothing else.
      if (!isNew || service.behind !== workload) service.behind = undefined;
    }
  };
  const dropService = (service: Service): void => {
    const { namespace } = service;
    const neighbours = servicesIn.get(namespace);
    neighbours?.delete(service);
    if (neighbours?.size === 0) servicesIn.delete(namespace);
  };

  /** Labels and ports, shared with the pods of the same workload where they are the same. */
  function shapeOf(workload: string, labels: Pod['labels'], object: PodObject): PodShape {
    const last = shapes.get(workload);
    const ports = namedPorts(object);
    if (last && sameValues(last.labels, labels) && sameValues(last.ports, ports)) return last;
    if (shapes.size >= mostShapes) shapes.clear();
    const shape = { labels, ports };
    shapes.set(workload, shape);
    return shape;
  }

  /** The workload whose pods a Service selects, where it is one; else the Service itself. */
  function behind(service: Service): string {
    service.behind ??= workloadBehind(service, byNamespace.get(service.namespace)) ?? service.entity;
    return service.behind;
  }

  const ofPod = ({ entity, namespace }: Pod): Named => ({ entity, namespace, pod: entity, service: null });
  const ofService = (service: Service, port?: number): Named => ({
    entity: behind(service),
    namespace: service.namespace,
    pod: null,
    service: service.host,
    targetPort: targetPortOf(service, port),
  });
  const ofOwner = (owner: Owner, port?: number): Named =>
    owner.kind === 'pod' ? ofPod(owner.pod) : ofService(owner.service, port);

  function targetPortOf(service: Service, port: number | undefined): number | undefined {
    if (port === undefined) return undefined;
    const target = service.ports.find((each) => each.port === port || each.nodePort === port)?.targetPort;
    if (typeof target !== 'string') return target;
    behind(service);
    service.targets ??= new Map();
    if (!service.targets.has(target)) service.targets.set(target, namedTarget(service, target));
    return service.targets.get(target);
  }

  function namedTarget({ namespace, selector }: Service, name: string): number | undefined {
    for (const { labels, ports } of byNamespace.get(namespace)?.values() ?? [])
      if (ports[name] !== undefined && isSelected(selector, labels)) return ports[name];
    return undefined;
  }

  return {
    putPod(object) {
      const identity = identityOf(object);
      if (!identity) return;
      const { namespace, name, owner, labels, isHostNetwork, addresses } = identity;
      const uid = object.metadata?.uid ?? identity.uid;
      const entity = `${namespace}/${name}`;
      const before = pods.get(uid);
      const workload = `${namespace}/${owner === null || owner.kind === 'Node' ? name : owner.name}`;
      const shape = shapeOf(workload, labels, object);
      const isRelabelled = before !== undefined && !sameValues(before.labels, shape.labels);
      if (before && isRelabelled) podChanged(before, false);
      const pod: Pod = { uid, entity, namespace, node: object.spec?.nodeName, workload, ...shape };
      pods.set(uid, pod);
      byEntity.set(entity, pod);
      known.put({ pod: entity, owner: ownerText(owner), labels: Object.entries(labels), time: now() });
      let neighbours = byNamespace.get(namespace);
      if (!neighbours) {
        neighbours = new Map();
        byNamespace.set(namespace, neighbours);
      }
      neighbours.set(uid, pod);
      if (!before || isRelabelled) podChanged(pod, !before);
      // The address of a pod on the host's network is the node's; of one that has ended it may be another's by now.
      const hasEnded = object.status?.phase === 'Succeeded' || object.status?.phase === 'Failed';
      if (hasEnded) owners.end(uid, now());
      else if (!isHostNetwork) owners.set(uid, { kind: 'pod', pod }, addresses, createdAt(object.metadata), now());
    },
    removePod(uid) {
      const pod = pods.get(uid);
      if (!pod) return;
      pods.delete(uid);
      if (byEntity.get(pod.entity) === pod) byEntity.delete(pod.entity);
      const neighbours = byNamespace.get(pod.namespace);
      neighbours?.delete(uid);
      if (neighbours?.size === 0) byNamespace.delete(pod.namespace);
      podChanged(pod, false);
      owners.end(uid, now());
    },
    putService(object) {
      const { uid, name, namespace } = object.metadata ?? {};
      if (!uid || !name || !namespace) return;
      const { spec, status } = object;
      const service: Service = {
        uid,
        entity: `${namespace}/${name}`,
        namespace,
        host: `${name}.${namespace}.svc`,
        selector: spec?.selector,
        ports: (spec?.ports ?? []).map(({ port, nodePort, targetPort }) => ({
          ...(port !== undefined && { port }),
          ...(nodePort !== undefined && { nodePort }),
          ...(targetPort !== undefined && { targetPort }),
        })),
        behind: undefined,
        targets: undefined,
      };
      const before = services.get(uid);
      if (before) dropService(before);
      const neighbours = servicesIn.get(namespace) ?? new Set();
      servicesIn.set(namespace, neighbours.add(service));
      services.set(uid, service);
      serviceByEntity.set(service.entity, service);
      known.putName(service.entity);
      const addresses = [
        ...(spec?.clusterIPs ?? (spec?.clusterIP ? [spec.clusterIP] : [])),
        ...(spec?.externalIPs ?? []),
        ...(status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : [])),
      ].filter((address) => address !== 'None' && address !== '');
      // What it is called and selects may change, so its tenure begins anew.
      owners.end(uid, now());
      owners.set(uid, { kind: 'service', service }, addresses, createdAt(object.metadata), now());
      for (const [port, other] of nodePorts) if (other.uid === uid) nodePorts.delete(port);
      for (const { nodePort } of spec?.ports ?? []) if (nodePort) nodePorts.set(nodePort, service);
    },
    removeService(uid) {
      const service = services.get(uid);
      if (!service) return;
      services.delete(uid);
      dropService(service);
      if (serviceByEntity.get(service.entity) === service) serviceByEntity.delete(service.entity);
      for (const [port, other] of nodePorts) if (other.uid === uid) nodePorts.delete(port);
      owners.end(uid, now());
    },
    putNode({ metadata, status }) {
      const { uid, name } = metadata ?? {};
      if (!uid || !name) return;
      nodes.set(uid, name);
      const addresses = (status?.addresses ?? []).flatMap(({ type, address }) =>
        address && (type === 'InternalIP' || type === 'ExternalIP') ? [address] : [],
      );
      nodeAddresses.set(uid, name, addresses, createdAt(metadata), now());
    },
    removeNode(uid) {
      nodes.delete(uid);
      nodeAddresses.end(uid, now());
    },
    byAddress(address, port, time) {
      const owner = owners.at(address, time);
      if (owner) return ofOwner(owner, port);
      const node = nodeAddresses.at(address, time);
      if (node === undefined) return undefined;
      const service = port === undefined ? undefined : nodePorts.get(port);
      if (service) return ofService(service, port);
      return { entity: port === undefined ? node : `${node}:${port}`, namespace: null, pod: null, service: null };
    },
    byHost(host, time) {
      const labels = host.replace(/\.$/, '').split('.');
      const kind = labels.findIndex((label, i) => i >= 2 && (label === 'svc' || label === 'pod'));
      if (kind < 2) return undefined;
      const namespace = labels[kind - 1] ?? '';
      const name = labels[kind - 2] ?? '';
      if (labels[kind] === 'pod') {
        const owner = owners.at(name.replaceAll('-', '.'), time) ?? owners.at(name.replaceAll('-', ':'), time);
        return owner && ofOwner(owner);
      }
      // A pod of a StatefulSet has a name of its own below that of its headless Service.
      const pod = kind === 3 ? byEntity.get(`${namespace}/${labels[0]}`) : undefined;
      if (pod) return { ...ofPod(pod), service: `${name}.${namespace}.svc` };
      const service = serviceByEntity.get(`${namespace}/${name}`);
      return service && ofService(service);
    },
    nodeOf: (pod) => byEntity.get(pod)?.node,
    get counts() {
      return { pods: pods.size, services: services.size, nodes: nodes.size };
    },
  };
}

function isSelected(selector: Service['selector'], labels: Pod['labels']): boolean {
  for (const name in selector) if (labels[name] !== selector[name]) return false;
  return true;
}

const noPorts: Pod['ports'] = {};

function namedPorts({ spec }: PodObject): Pod['ports'] {
  const named = (spec?.containers ?? []).flatMap(({ ports }) => ports ?? []);
  if (named.every(({ name }) => name === undefined)) return noPorts;
  return Object.fromEntries(named.flatMap(({ name, containerPort }) => (name ? [[name, containerPort]] : [])));
}

function workloadBehind({ selector }: Service, pods: ReadonlyMap<string, Pod> | undefined): string | undefined {
  if (Object.keys(selector ?? {}).length === 0 || !pods) return undefined;
  let found: string | undefined;
  for (const { labels, workload } of pods.values()) {
    if (!isSelected(selector, labels)) continue;
    if (found !== undefined && found !== workload) return undefined;
    found = workload;
  }
  return found;
}

const createdAt = (metadata: Metadata | undefined): number =>
  metadata?.creationTimestamp === undefined ? 0 : new Date(metadata.creationTimestamp).getTime();

function sameValues<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): boolean {
  if (a === b) return true;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
