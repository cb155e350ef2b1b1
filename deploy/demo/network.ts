import { execFile } from 'node:child_process';
import { AppError } from '../../src/domain/errors.ts';
import { outsideSubnet, type Pod, silentAddress } from './pods.ts';

const podSubnet = '10.244.0.0/24';

/** Network namespace of a pod, as `ip netns list` shows it. */
export function netnsOf(demo: string, { namespace, name }: Pod): string {
  return `${demo}-${namespace}-${name}`;
}

/** The namespace that holds nothing but the bridge: the host's own network is never touched. */
function bridgeNetns(demo: string): string {
  return `${demo}-bridge`;
}

/**
 * Gives every pod a network namespace with `eth0` on one bridge in a namespace of its own.
 * @throws AppError `permission` where the kernel or the container refuses namespaces.
 */
export async function createNetwork(demo: string, pods: readonly Pod[]): Promise<void> {
  const bridge = bridgeNetns(demo);
  const namespaces = pods.map((pod) => netnsOf(demo, pod));
  await ip(
    [],
    [bridge, ...namespaces].map((name) => `netns add ${name}`),
  );
  await ip(
    ['-n', bridge],
    [
      'link add br0 type bridge',
      'link set br0 up',
      ...pods.flatMap((pod, index) => [
        `link add veth${index} type veth peer name eth0 netns ${netnsOf(demo, pod)}`,
        `link set veth${index} master br0 up`,
      ]),
    ],
  );
  await Promise.all(
    pods.map((pod) =>
      ip(
        ['-n', netnsOf(demo, pod)],
        [
          'link set lo up',
          `addr add ${pod.address}/24 dev eth0`,
          'link set eth0 up',
          // One bridge carries both subnets; nothing is forwarded.
          `route add ${pod.outside ? podSubnet : outsideSubnet} dev eth0`,
          // Frames to a station that is not there: a connection to it is never answered, as to a host that is down.
          ...(pod.outside ? [] : [`neigh add ${silentAddress} lladdr 02:00:5e:00:53:99 dev eth0 nud permanent`]),
        ],
      ),
    ),
  );
}

/** Removes the demo's network namespaces and with them veths, bridge and addresses. Names that are gone are no error. */
export async function removeNetwork(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await ip(
    ['-force'],
    names.map((name) => `netns del ${name}`),
  ).catch(() => undefined);
}

/** One `ip` process for many commands: a whole demo network takes some 20 ms. */
function ip(flags: readonly string[], commands: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile('ip', [...flags, '-batch', '-'], { timeout: 10_000 }, (error, _stdout, stderr) => {
      if (error) reject(asAppError(error, stderr));
      else resolve();
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${commands.join('\n')}\n`);
  });
}

function asAppError(error: Error & { code?: unknown }, stderr: string): AppError {
  if (error.code === 'ENOENT')
    return new AppError('ebpf-unavailable', {
      reason: 'the demo needs the `ip` command',
      remedy: 'Install it with: apt-get install iproute2',
    });
  const what = stderr.trim().split('\n')[0] || error.message;
  return new AppError('permission', {
    what: `making network namespaces (ip: ${what})`,
    remedy: 'Run as root on the host, or in a container with --privileged.',
  });
}
