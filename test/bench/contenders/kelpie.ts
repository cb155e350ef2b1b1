/** The agent, live on the pod's cgroup, through its process contract and its wire. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startAgent } from '../kelpie/agent.ts';
import { readAnswers } from '../kelpie/answers.ts';
import { product } from '../kelpie/product.ts';
import { startReader } from '../kelpie/start-reader.ts';
import { type Contender, nothingSeen, type Place } from './contender.ts';

const missing = () => (existsSync(product.agent) ? undefined : `${product.agent} is not built (npm run build)`);

const liveAgent = (place: Place) =>
  startAgent(['--source', 'live', '--cgroup', place.lab.pod.path], {
    group: place.group,
    scope: place.scope,
    socket: resolve(join(place.folder, 'agent.sock')),
  });

/** Heads and bodies kept, one reader: what a terminal causes while somebody looks at the table. */
const watching = (name: string, title: string, payload: boolean): Contender => ({
  name,
  title,
  captures: true,
  missing,
  start: async (place) => {
    const agent = await liveAgent(place);
    const reader = await startReader(agent.address, { payload, place });
    return {
      finish: async () => {
        const answers = await reader.finish();
        await agent.stop();
        return readAnswers(answers);
      },
    };
  },
});

export const kelpie = watching('kelpie', 'kelpie, heads + 4 KiB bodies, one reader', false);

export const kelpiePayload = watching('kelpie-payload', 'kelpie, reader takes headers and bodies too', true);

export const kelpieIdle: Contender = {
  name: 'kelpie-idle',
  title: 'kelpie, attached, nothing watched',
  captures: false,
  missing,
  start: async (place) => {
    const agent = await liveAgent(place);
    return {
      finish: async () => {
        await agent.stop();
        return nothingSeen;
      },
    };
  },
};
