/** A real DNS server in a pod that knows what it is told and nothing else: the rest does not exist. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pods } from './pods.ts';

export interface DnsmasqOptions<Name extends string> {
  readonly pods: Pods<Name>;
  /** The pod it runs in and listens in. */
  readonly pod: Name;
  /** Directory for its files. */
  readonly work: string;
  /** Lines of its configuration, e.g. "host-record=api.example,10.0.0.1,300". */
  readonly records: readonly string[];
}

export function startDnsmasq<Name extends string>({ pods, pod, work, records }: DnsmasqOptions<Name>): void {
  const file = join(work, 'dnsmasq.conf');
  const lines = [
    'no-resolv',
    'no-hosts',
    'no-daemon',
    'no-negcache',
    `pid-file=${work}/dnsmasq.pid`,
    'user=root',
    'bind-interfaces',
    `listen-address=${pods.addresses[pod]}`,
    'local=/example/',
    ...records,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  pods.spawnIn(pod, '/usr/sbin/dnsmasq', '-C', file);
}
