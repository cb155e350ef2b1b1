/** What machine the figures come from: without it they mean nothing. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { versionOf } from './contenders/installed.ts';

export interface Host {
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  /** Load average of the last minute when the run began: other work that the figures share the machine with. */
  readonly loadAverage: number;
  readonly virtualMachine: boolean;
  readonly tools: Readonly<Record<string, string>>;
}

export function describeHost(): Host {
  return {
    kernel: release(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    loadAverage: loadavg()[0] ?? 0,
    virtualMachine: /^flags.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8')),
    tools: {
      nginx: versionOf('nginx', '-v'),
      h2load: versionOf('h2load'),
      tcpdump: versionOf('tcpdump'),
      tshark: versionOf('tshark'),
      httpry: versionOf('httpry', '-h'),
    },
  };
}

export function hostLines({
  kernel,
  cpu,
  cores,
  memoryBytes,
  node,
  loadAverage,
  virtualMachine,
  tools,
}: Host): string[] {
  const versions = Object.entries(tools).map(([name, version]) => `${name} ${version || 'missing'}`);
  return [
    `Linux ${kernel}, ${cores} × ${cpu}${virtualMachine ? ' (virtual machine)' : ''}, ${Math.round(memoryBytes / 2 ** 30)} GiB, Node ${node}`,
    versions.join(', '),
    `load average at the start ${loadAverage.toFixed(2)}`,
  ];
}
