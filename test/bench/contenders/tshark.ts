/** tshark -Y http: full decode, fields and bodies as text: what an engineer in a debug pod runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../lab/process.ts';
import { until } from '../scope.ts';
import { createSightings } from '../sequence.ts';
import { port } from '../servers.ts';
import type { Contender } from './contender.ts';
import { missingProgram } from './installed.ts';

const fields = [
  'frame.time_epoch',
  'tcp.srcport',
  'tcp.dstport',
  'http.request.method',
  'http.request.uri',
  'http.response.code',
  'http.time',
  'http.file_data',
];

export const tshark: Contender = {
  name: 'tshark',
  title: 'tshark -Y http (fields and body)',
  captures: true,
  missing: () => missingProgram('tshark'),
  start: async ({ lab, group, folder, scope }) => {
    const file = join(folder, 'lines.tsv');
    const what = ['-f', `tcp port ${port}`, '-Y', 'http', '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
    const command = ['env', `TMPDIR=${folder}`, 'tshark', '-i', lab.net.device, '-B', '16', ...what];
    const run = launch(command, { group, netns: lab.net.server, output: file });
    scope.defer('tshark', async () => void (await run.stop('SIGINT')));
    await until('tshark capturing', () => run.stderr().includes('Capture started'), 20_000);
    return {
      finish: async () => {
        await run.stop('SIGINT', 30_000);
        const dropped = Number(/(\d+) packets? dropped/.exec(run.stderr())?.[1] ?? 0);
        const sightings = createSightings();
        for (const line of readFileSync(file, 'latin1').split('\n')) {
          const [, from, to, method, target, status] = line.split('\t');
          if (method) sightings.request(Number(from), target ?? '');
          else if (status) sightings.response(Number(to));
        }
        return { sightings, losses: dropped ? { dropped } : {}, notes: {} };
      },
    };
  },
};
