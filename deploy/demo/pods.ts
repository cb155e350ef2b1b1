/** The demo's pods, named as Kubernetes names them. Names are resolved by the demo's own DNS pod, which reads this table too. */

export type Role =
  | 'kuard'
  | 'frontend'
  | 'api'
  | 'catalog'
  | 'cart'
  | 'payments'
  | 'generator'
  | 'coredns'
  | 'postgres'
  | 'redis'
  | 'stripe';

export interface Pod {
  readonly namespace: string;
  /** Pod name: Deployment-hash-random, or StatefulSet-ordinal. */
  readonly name: string;
  /** Also the name of its service in DNS, and of its container. */
  readonly role: Role;
  readonly container: string;
  /** IPv4 address on the demo's own bridge; the network is unreachable from anywhere else. */
  readonly address: string;
  /** 0 for a pod that serves nothing. */
  readonly port: number;
  /** A host of the internet in fact: no pod, in no watched cgroup, in another subnet. */
  readonly outside: boolean;
}

function pod(namespace: string, role: Role, suffix: string, host: number, port: number): Pod {
  const address = `10.244.0.${host}`;
  return { namespace, name: `${role}-${suffix}`, role, container: role, address, port, outside: false };
}

/** RFC 5737 addresses for documentation: on no real network. */
export const outsideSubnet = '203.0.113.0/24';
/** Where no one answers: a partner's host that is down. */
export const silentAddress = '203.0.113.99';

const stripe: Pod = {
  namespace: 'internet',
  name: 'stripe',
  role: 'stripe',
  container: 'stripe',
  address: '203.0.113.20',
  port: 80,
  outside: true,
};

/** In start order; what calls others comes after them. */
export const hosts: readonly Pod[] = [
  pod('kube-system', 'coredns', '5d78c9869d-k8x2z', 2, 53),
  stripe,
  pod('shop', 'postgres', '0', 26, 5432),
  pod('shop', 'redis', '0', 27, 6379),
  pod('default', 'kuard', '6b9c7d5f8-w4rtz', 10, 8080),
  pod('shop', 'payments', '66f8d9bc7-r5nkw', 24, 9000),
  pod('shop', 'cart', '9f7b6c8d5-h2jxp', 23, 8080),
  pod('shop', 'catalog', '58bd9c7f4-tq9vh', 22, 8080),
  pod('shop', 'api', '7d9f8b5c6-8mq4t', 21, 8080),
  pod('shop', 'api', '7d9f8b5c6-w7zcn', 25, 8080),
  pod('shop', 'frontend', '6d5f7c9b8-x2k4l', 20, 80),
  pod('load', 'generator', '85c4f6d9b-n6hqs', 30, 0),
];

/** Without what is outside. */
export const pods: readonly Pod[] = hosts.filter(({ outside }) => !outside);

/** The pods that speak HTTP, which the generator waits for. */
export const webServers: readonly Pod[] = pods.filter(
  ({ role }) => !['generator', 'coredns', 'postgres', 'redis'].includes(role),
);

/** The first pod of a role. */
export function podOf(role: Role): Pod {
  const found = hosts.find((candidate) => candidate.role === role);
  if (!found) throw new Error(`no pod has the role ${role}`);
  return found;
}

/** Name of the service within the cluster, as its callers write it: `frontend.shop`. */
export function serviceName({ role, namespace }: Pod): string {
  return `${role}.${namespace}`;
}

/** `frontend.shop` or `api.shop:8080`, as a Host header would say it inside a cluster. */
export function authority(pod: Pod): string {
  return pod.port === 80 ? serviceName(pod) : `${serviceName(pod)}:${pod.port}`;
}
