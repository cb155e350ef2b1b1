/** Pods, each with a network namespace and a cgroup of its own, and a world beyond them that nobody watches. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { makeCgroup, type TestCgroup } from './cgroup.ts';

export interface PodSpec {
  /** namespace/name, as the agent tells it. */
  readonly pod: string;
  /** Its own in a network of 256. */
  readonly address: string;
}

export interface Pods<Name extends string = 'client' | 'server'> {
  /** Cgroup below which pods are NAMESPACE/POD/CONTAINER. */
  readonly cgroup: TestCgroup;
  readonly addresses: Readonly<Record<Name, string>>;
  /** An address in the world that answers and another one, one whose packets vanish, one in the first pod's own network that nobody has. */
  readonly outside: {
    readonly alive: string;
    readonly other: string;
    readonly silent: string;
    readonly absent: string;
  };
  /** Starts a program in a pod, or in the world. */
  spawnIn(place: Name | 'outside', file: string, ...args: string[]): Peer;
  /** What a program in a pod's network prints; it is in no pod. */
  lookIn(place: Name, file: string, ...args: string[]): string;
  /** Takes the pod's address away: what is sent to it is answered by nobody. Nor does it send any more. */
  silence(place: Name): void;
  /** Gives it back. */
  restore(place: Name): void;
  remove(): Promise<void>;
}

export interface Peer {
  readonly child: ChildProcess;
  /** Writes a line to its standard input. */
  tell(line: string): void;
  /** The next line it says. */
  line(): Promise<string>;
  /** Its end; rejects when that is none it should have. */
  ended(): Promise<void>;
}

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

const twoPods = {
  client: { pod: 'shop/client', address: '10.93.1.1' },
  server: { pod: 'shop/server', address: '10.93.2.1' },
} as const;

/** A client and a server: shop/client and shop/server. */
export function makePods(name: string): Pods {
  return makePodNetwork(name, twoPods);
}

/** Makes them; nothing of it touches the machine's own network. Names of pods name links: they are short. */
export function makePodNetwork<Name extends string>(name: string, specs: Readonly<Record<Name, PodSpec>>): Pods<Name> {
  const prefix = `kelpie-${name}-${process.pid}`;
  const cgroup = makeCgroup(name);
  const names = Object.keys(specs) as Name[];
  const addressOf = (pod: Name) => specs[pod].address;
  const netnsOf = (place: Name | 'outside') => `${prefix}-${place}`;
  const inNetwork = (address: string, host: number) => address.replace(/\d+$/, String(host));
  const outside = {
    alive: '192.0.2.1',
    other: '192.0.2.53',
    silent: '198.51.100.1',
    absent: inNetwork(addressOf(names[0] as Name), 77),
  };
  const restore = (pod: Name) => {
    ip('-n', netnsOf(pod), 'addr', 'add', `${addressOf(pod)}/24`, 'dev', 'eth0');
    ip('-n', netnsOf(pod), 'route', 'add', 'default', 'via', inNetwork(addressOf(pod), 254));
  };

  for (const place of [...names, 'outside' as const]) {
    ip('netns', 'add', netnsOf(place));
    ip('-n', netnsOf(place), 'link', 'set', 'lo', 'up');
  }
  for (const pod of names) {
    const far = ['peer', 'name', pod, 'netns', netnsOf('outside')];
    ip('-n', netnsOf(pod), 'link', 'add', 'eth0', 'type', 'veth', ...far);
    ip('-n', netnsOf(pod), 'link', 'set', 'eth0', 'up');
    ip('-n', netnsOf('outside'), 'addr', 'add', `${inNetwork(addressOf(pod), 254)}/24`, 'dev', pod);
    ip('-n', netnsOf('outside'), 'link', 'set', pod, 'up');
    restore(pod);
  }
  for (const address of [outside.alive, outside.other]) {
    ip('-n', netnsOf('outside'), 'addr', 'add', `${address}/32`, 'dev', 'lo');
  }
  ip('-n', netnsOf('outside'), 'route', 'add', 'blackhole', '198.51.100.0/24');
  ip('netns', 'exec', netnsOf('outside'), 'sysctl', '-qw', 'net.ipv4.ip_forward=1');

  const children: ChildProcess[] = [];
  return {
    cgroup,
    addresses: Object.fromEntries(names.map((pod) => [pod, addressOf(pod)])) as Record<Name, string>,
    outside,
    spawnIn(place, file, ...args) {
      const command = ['netns', 'exec', netnsOf(place), file, ...args];
      const stdio = ['pipe', 'pipe', 'inherit'] as const;
      const child =
        place === 'outside'
          ? spawn('ip', command, { stdio: [...stdio] })
          : cgroup.spawnIn(`${specs[place].pod}/app`, 'ip', command, { stdio: [...stdio] });
      children.push(child);
      return peerOf(child, [file, ...args].join(' '));
    },
    lookIn: (place, file, ...args) =>
      execFileSync('ip', ['netns', 'exec', netnsOf(place), file, ...args], { encoding: 'utf8' }),
    // Its routes go with it.
    silence: (pod) => ip('-n', netnsOf(pod), 'addr', 'del', `${addressOf(pod)}/24`, 'dev', 'eth0'),
    restore,
    async remove() {
      for (const child of children) child.kill('SIGKILL');
      await cgroup.remove();
      for (const place of [...names, 'outside' as const]) ip('netns', 'del', netnsOf(place));
    },
  };
}

function peerOf(child: ChildProcess, command: string): Peer {
  const lines = child.stdout ? createInterface(child.stdout)[Symbol.asyncIterator]() : undefined;
  const exit = once(child, 'exit');
  return {
    child,
    tell: (line) => void child.stdin?.write(`${line}\n`),
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
