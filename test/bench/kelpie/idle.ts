/** An agent that nobody watches lets go of the programs that see packets after a moment: what it costs is measured from there on. */
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { AgentServiceClient, type GetAgentRequest, type GetAgentResponse } from '../../../proto/gen/kelpie/v1/agent.ts';

/** Throws after 20 s. */
export async function untilIdle(address: string): Promise<void> {
  const client = new AgentServiceClient(address, credentials.createInsecure());
  const getAgent = promisify<GetAgentRequest, GetAgentResponse>(client.getAgent.bind(client));
  try {
    for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
      const { status } = await getAgent({});
      if (status?.programs.every(({ attachType }) => !attachType.startsWith('cgroup_skb'))) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('an agent that nobody watches still looks at packets');
  } finally {
    client.close();
  }
}
