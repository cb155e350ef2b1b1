import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroup2Mount, removeCgroup } from './cgroup.ts';
import { removeNetwork } from './network.ts';

const PREFIX = 'kelpie-demo-';
/** Where iproute2 keeps the names of network namespaces. */
const NETNS_DIRECTORY = '/run/netns';

/** Everything a demo makes begins with this name, which carries the pid of the process that has to remove it. */
export function demoName(pid: number): string {
  return `${PREFIX}${pid}`;
}

/** Cgroup of what plays the internet: beside the demo's, so that whoever watches that one does not see it. */
export function outsideOf(name: string): string {
  return `${name}-outside`;
}

/** Removes what is left of one demo: its processes, network namespaces and cgroups. Safe to repeat. */
export async function removeDemo(name: string): Promise<void> {
  const mount = cgroup2Mount();
  if (mount) await Promise.all([name, outsideOf(name)].map((each) => removeCgroup(join(mount, each))));
  await removeNetwork(namesIn(NETNS_DIRECTORY).filter((entry) => entry.startsWith(`${name}-`)));
}

/** Removes what demos left behind whose process no longer lives, for example after a power cut of their sweeper. */
export async function sweepLeftovers(): Promise<void> {
  const mount = cgroup2Mount();
  const found = [...namesIn(NETNS_DIRECTORY), ...(mount ? namesIn(mount) : [])];
  const pids = new Set(found.flatMap((entry) => pidOf(entry) ?? []));
  await Promise.all([...pids].filter((pid) => !isDemo(pid)).map((pid) => removeDemo(demoName(pid))));
}

function pidOf(entry: string): number | undefined {
  const match = /^kelpie-demo-(\d+)(?:-|$)/.exec(entry);
  return match ? Number(match[1]) : undefined;
}

/** A pid can be given to another program later: only one that runs this entry point counts as a living demo. */
function isDemo(pid: number): boolean {
  try {
    return /demo(\.js|\/main\.ts)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
