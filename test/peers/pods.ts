/** Two pods, each with a network namespace and a cgroup of its own, and a world beyond them that nobody watches. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { makeCgroup, type TestCgroup } from './cgroup.ts';

export type PodName = 'client' | 'server';

export interface Pods {
  /** Cgroup below which pods are NAMESPACE/POD/CONTAINER; they are shop/client and shop/server. */
  readonly cgroup: TestCgroup;
  readonly addresses: Readonly<Record<PodName, string>>;
  /** An address in the world that answers, one whose packets vanish, one in the client's own network that nobody has. */
  readonly outside: { readonly alive: string; readonly silent: string; readonly absent: string };
  /** Starts a program in a pod, or in the world. */
  spawnIn(place: PodName | 'outside', file: string, ...args: string[]): Peer;
  remove(): Promise<void>;
}

export interface Peer {
  readonly child: ChildProcess;
  /** The next line it says. */
  line(): Promise<string>;
  /** Its end; rejects when that is none it should have. */
  ended(): Promise<void>;
}

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

const addresses = { client: '10.93.1.1', server: '10.93.2.1' } as const;
const outside = { alive: '192.0.2.1', silent: '198.51.100.1', absent: '10.93.1.77' };

/** Makes them; nothing of it touches the machine's own network. */
export function makePods(name: string): Pods {
  const prefix = `kelpie-${name}-${process.pid}`;
  const cgroup = makeCgroup(name);
  const netns = { client: `${prefix}-client`, server: `${prefix}-server`, outside: `${prefix}-outside` };
  for (const each of Object.values(netns)) {
    ip('netns', 'add', each);
    ip('-n', each, 'link', 'set', 'lo', 'up');
  }
  for (const pod of ['client', 'server'] as const) {
    const gateway = addresses[pod].replace(/1$/, '254');
    ip('-n', netns[pod], 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', pod, 'netns', netns.outside);
    ip('-n', netns[pod], 'addr', 'add', `${addresses[pod]}/24`, 'dev', 'eth0');
    ip('-n', netns[pod], 'link', 'set', 'eth0', 'up');
    ip('-n', netns.outside, 'addr', 'add', `${gateway}/24`, 'dev', pod);
    ip('-n', netns.outside, 'link', 'set', pod, 'up');
    ip('-n', netns[pod], 'route', 'add', 'default', 'via', gateway);
  }
  ip('-n', netns.outside, 'addr', 'add', `${outside.alive}/32`, 'dev', 'lo');
  ip('-n', netns.outside, 'route', 'add', 'blackhole', '198.51.100.0/24');
  ip('netns', 'exec', netns.outside, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  const children: ChildProcess[] = [];
  return {
    cgroup,
    addresses,
    outside,
    spawnIn(place, file, ...args) {
      const command = ['netns', 'exec', netns[place], file, ...args];
      const stdio = ['pipe', 'pipe', 'inherit'] as const;
      const child =
        place === 'outside'
          ? spawn('ip', command, { stdio: [...stdio] })
          : cgroup.spawnIn(`shop/${place}/app`, 'ip', command, { stdio: [...stdio] });
      children.push(child);
      return peerOf(child, [file, ...args].join(' '));
    },
    async remove() {
      for (const child of children) child.kill('SIGKILL');
      await cgroup.remove();
      for (const each of Object.values(netns)) ip('netns', 'del', each);
    },
  };
}

function peerOf(child: ChildProcess, command: string): Peer {
  const lines = child.stdout ? createInterface(child.stdout)[Symbol.asyncIterator]() : undefined;
  const exit = once(child, 'exit');
  return {
    child,
    async line() {
      const next = await lines?.next();
      if (next === undefined || next.done) throw new Error(`${command} said nothing more`);
      return next.value;
    },
    async ended() {
      const [code] = await exit;
      if (code !== 0) throw new Error(`${command}: exit ${code}`);
    },
  };
}
