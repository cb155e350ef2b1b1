/** The demo's pods. Every process of the demo reads this one table, so that names need no DNS. */

export type Role = 'kuard' | 'frontend' | 'api' | 'catalog' | 'cart' | 'payments' | 'generator';

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  readonly role: Role;
  /** IPv4 address on the demo's own bridge; the network is unreachable from anywhere else. */
  readonly address: string;
  /** 0 for a pod that serves nothing. */
  readonly port: number;
}

function pod(namespace: string, role: Role, host: number, port: number): Pod {
  return { namespace, name: role, container: role, role, address: `10.244.0.${host}`, port };
}

/** In start order; what calls others comes after them. */
export const pods: readonly Pod[] = [
  pod('default', 'kuard', 10, 8080),
  pod('shop', 'payments', 24, 9000),
  pod('shop', 'cart', 23, 8080),
  pod('shop', 'catalog', 22, 8080),
  pod('shop', 'api', 21, 8080),
  pod('shop', 'frontend', 20, 80),
  pod('load', 'generator', 30, 0),
];

export const servers: readonly Pod[] = pods.filter(({ port }) => port > 0);

export function podOf(role: Role): Pod {
  const found = pods.find((candidate) => candidate.role === role);
  if (!found) throw new Error(`no pod has the role ${role}`);
  return found;
}

/** `frontend.shop:80`, as a Host header would say it inside a cluster. */
export function authority({ name, namespace, port }: Pod): string {
  return port === 80 ? `${name}.${namespace}` : `${name}.${namespace}:${port}`;
}
