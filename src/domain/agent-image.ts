/** Where the agent's image is: the one of the same version as the terminal, so that both speak the same wire. */
export const agentRepository = 'ghcr.io/kelpie-dev/kelpie-agent';

export const agentImage = (version: string): string => `${agentRepository}:${version}`;

/** What the agent does not do without, as Kubernetes names capabilities; deploy/image/README.md says why each. */
export const agentCapabilities = ['BPF', 'PERFMON', 'NET_ADMIN', 'SYS_PTRACE', 'DAC_READ_SEARCH'] as const;

/** How the agent is started in its image: util-linux's setpriv hands on the capabilities, of which it has more as file capabilities (setpriv(1)). */
export function agentEntrypoint(capabilities: readonly string[] = agentCapabilities): readonly string[] {
  const list = capabilities.map((name) => `+${name.toLowerCase()}`).join(',');
  return [
    '/opt/kelpie/setpriv',
    `--inh-caps=${list}`,
    `--ambient-caps=${list}`,
    '--',
    '/opt/kelpie/node',
    '/opt/kelpie/agent.js',
  ];
}
