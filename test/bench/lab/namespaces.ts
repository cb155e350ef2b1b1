/** Two network namespaces joined by a veth pair: the pod's and the client's. Nothing of it touches the machine's own network. */
import { execFileSync } from 'node:child_process';

export interface Namespaces {
  /** Path to enter with nsenter --net. */
  readonly server: string;
  readonly client: string;
  /** Interface of the pair, the same name at both ends. */
  readonly device: string;
  readonly serverAddress: string;
  remove(): void;
}

/** Ten thousand new connections a second wear out the usual ports in three; ports of closed ones are taken again (ip-sysctl.rst of the kernel). */
const manyConnections = ['net.ipv4.ip_local_port_range=1025 65535', 'net.ipv4.tcp_tw_reuse=1'];

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Addresses are from TEST-NET-1 (RFC 5737): they route nowhere. */
export function createNamespaces(prefix: string): Namespaces {
  const names = { server: `${prefix}-server`, client: `${prefix}-client` };
  const addresses = { server: '192.0.2.1', client: '192.0.2.2' };
  const device = 'eth0';
  ip('netns', 'add', names.server);
  ip('netns', 'add', names.client);
  ip('-n', names.server, 'link', 'add', device, 'type', 'veth', 'peer', 'name', device, 'netns', names.client);
  for (const side of ['server', 'client'] as const) {
    ip('-n', names[side], 'addr', 'add', `${addresses[side]}/30`, 'dev', device);
    ip('-n', names[side], 'link', 'set', 'lo', 'up');
    ip('-n', names[side], 'link', 'set', device, 'up');
  }
  for (const setting of manyConnections) ip('netns', 'exec', names.client, 'sysctl', '-qw', setting);
  return {
    server: `/run/netns/${names.server}`,
    client: `/run/netns/${names.client}`,
    device,
    serverAddress: addresses.server,
    remove: () => removeNamespaces(prefix),
  };
}

/** Removes namespaces made with the prefix; the pair of devices goes with them. */
export function removeNamespaces(prefix: string): void {
  for (const name of [`${prefix}-server`, `${prefix}-client`]) {
    try {
      ip('netns', 'del', name);
    } catch {
      // It was never made, or is gone.
    }
  }
}
