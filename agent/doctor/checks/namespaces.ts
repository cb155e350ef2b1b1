import type { Machine } from '../machine.ts';
import type { Check } from '../report.ts';

/** The demo makes network namespaces with iproute2 and nsenter; made and thrown away here to know. */
export function checkNamespaces({ run }: Machine): Check {
  const about = { id: 'netns', group: 'demo', title: 'Network namespaces' } as const;
  if (!run('ip', ['-V'])?.ok)
    return { ...about, status: 'warn', found: 'no `ip` command', remedy: 'apt-get install iproute2' };
  if (!run('nsenter', ['--version'])?.ok)
    return { ...about, status: 'warn', found: 'no `nsenter` command', remedy: 'apt-get install util-linux' };
  const name = `kelpie-doctor-${process.pid}`;
  const made = run('ip', ['netns', 'add', name]);
  const bridge = made?.ok ? run('ip', ['-n', name, 'link', 'add', 'br0', 'type', 'bridge']) : made;
  const veth = bridge?.ok
    ? run('ip', ['-n', name, 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth1'])
    : bridge;
  if (made?.ok) run('ip', ['netns', 'del', name]);
  if (veth?.ok) return { ...about, status: 'ok', found: 'can be made, with bridge and veth' };
  return {
    ...about,
    status: 'warn',
    found: veth?.output.split('\n')[0] ?? 'refused',
    remedy: 'The demo needs root on the host, or a container with --privileged; without, it plays a recording.',
  };
}
