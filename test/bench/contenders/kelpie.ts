/** The agent, live on the pod's cgroup, through its process contract and its wire. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startAgent } from '../kelpie/agent.ts';
import { readAnswers, type WantedRows } from '../kelpie/answers.ts';
import { untilIdle } from '../kelpie/idle.ts';
import { product } from '../kelpie/product.ts';
import { startReader } from '../kelpie/start-reader.ts';
import { type Contender, nothingSeen, type Place } from './contender.ts';

const missing = () => (existsSync(product.agent) ? undefined : `${product.agent} is not built (npm run build)`);

const liveAgent = (place: Place, cgroup = place.lab.pod.path) =>
  startAgent(['--source', 'live', '--cgroup', cgroup], {
    group: place.group,
    scope: place.scope,
    socket: resolve(join(place.folder, 'agent.sock')),
  });

/** One reader, of summaries and of rows as it wants them. */
const watching = (name: string, title: string, wanted: WantedRows): Contender => ({
  name,
  title,
  captures: true,
  missing,
  start: async (place) => {
    const agent = await liveAgent(place);
    const reader = await startReader(agent.address, { wanted, place });
    return {
      finish: async () => {
        const answers = await reader.finish();
        await agent.stop();
        return readAnswers(answers, wanted);
      },
    };
  },
});

export const kelpie = watching('kelpie', 'kelpie, heads + 4 KiB bodies, reader of every row', 'all');

export const kelpiePayload = watching('kelpie-payload', 'kelpie, reader takes headers and bodies too', 'payload');

/** A terminal that shows the table of requests. */
export const kelpieTerminal = watching('kelpie-terminal', 'kelpie, heads + 4 KiB bodies, 12,000 rows/s', 'limited');

/** A terminal that shows a map or a list of pods. */
export const kelpieSummaries = watching('kelpie-summaries', 'kelpie, heads, summaries only', 'none');

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

/** Attached to the whole machine: the programs that see packets come with the first lease. */
export const kelpieEverywhere: Contender = {
  ...kelpieIdle,
  name: 'kelpie-everywhere',
  title: 'kelpie on the whole machine, nobody watches',
  start: async (place) => {
    const agent = await liveAgent(place, '/');
    await untilIdle(agent.address);
    return {
      finish: async () => {
        await agent.stop();
        return nothingSeen;
      },
    };
  },
};

/** Its programs meet every packet of every socket of the machine, and let those go that are not the pod's. */
export const kelpieElsewhere: Contender = {
  ...kelpieEverywhere,
  name: 'kelpie-elsewhere',
  title: 'kelpie on the whole machine, another pod is watched',
  start: async (place) => {
    const agent = await liveAgent(place, '/');
    const reader = await startReader(agent.address, { wanted: 'none', place, scopes: [place.lab.pod.path] });
    return {
      finish: async () => {
        await reader.finish();
        await agent.stop();
        return nothingSeen;
      },
    };
  },
};
