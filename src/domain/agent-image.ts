/** Where the agent's image is: the one of the same version as the terminal, so that both speak the same wire. */
export const agentRepository = 'ghcr.io/kelpie-dev/kelpie-agent';

export const agentImage = (version: string): string => `${agentRepository}:${version}`;
