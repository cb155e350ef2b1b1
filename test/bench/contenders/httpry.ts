/** httpry: one line per request and response line, no bodies: the cheap lower bound of tools that know HTTP. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../lab/process.ts';
import { until } from '../scope.ts';
import { createSightings } from '../sequence.ts';
import { port } from '../servers.ts';
import type { Contender } from './contender.ts';
import { missingProgram } from './installed.ts';

const fields = 'direction,source-port,dest-port,method,request-uri,status-code';

export const httpry: Contender = {
  name: 'httpry',
  title: 'httpry (start lines, no bodies)',
  captures: true,
  lagMs: 1_200,
  missing: () => missingProgram('httpry'),
  start: async ({ lab, group, folder, scope }) => {
    const file = join(folder, 'lines.tsv');
    const command = ['httpry', '-i', lab.net.device, '-f', fields, '-o', file, `tcp port ${port}`];
    const run = launch(command, { group, netns: lab.net.server });
    scope.defer('httpry', async () => void (await run.stop('SIGINT')));
    const said = () => run.stderr() + run.stdout();
    await until('httpry capturing', () => said().includes('Writing output to file'));
    return {
      finish: async () => {
        await run.stop('SIGINT');
        const dropped = Number(/(\d+) packets? dropped/.exec(said())?.[1] ?? 0);
        const sightings = createSightings();
        for (const line of readFileSync(file, 'utf8').split('\n')) {
          const [direction, from, to, , target] = line.split('\t');
          if (direction === '>') sightings.request(Number(from), target ?? '');
          else if (direction === '<') sightings.response(Number(to));
        }
        return { sightings, losses: dropped ? { dropped } : {}, notes: {} };
      },
    };
  },
};
