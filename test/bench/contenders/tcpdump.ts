/** tcpdump -w: raw packets to a file, the cheapest way to keep everything and understand nothing. */
import { join } from 'node:path';
import { launch } from '../lab/process.ts';
import { until } from '../scope.ts';
import { createSightings } from '../sequence.ts';
import { port } from '../servers.ts';
import type { Contender } from './contender.ts';
import { missingProgram } from './installed.ts';
import { readPackets } from './pcap.ts';

export const tcpdump: Contender = {
  name: 'tcpdump',
  title: 'tcpdump -w (raw packets)',
  captures: true,
  lagMs: 1_200,
  missing: () => missingProgram('tcpdump'),
  start: async ({ lab, group, folder, scope }) => {
    const file = join(folder, 'packets.pcap');
    const command = ['tcpdump', '-i', lab.net.device, '-w', file, '-B', '16384', `tcp port ${port}`];
    const run = launch(command, { group, netns: lab.net.server });
    scope.defer('tcpdump', async () => void (await run.stop('SIGINT')));
    await until('tcpdump listening', () => run.stderr().includes('listening on'));
    return {
      finish: async () => {
        await run.stop('SIGINT');
        const dropped = Number(/(\d+) packets? dropped by kernel/.exec(run.stderr())?.[1] ?? 0);
        const sightings = createSightings();
        for (const { sourcePort, destinationPort, payload } of readPackets(file)) {
          if (sourcePort === port && payload.startsWith('HTTP/1.1 ')) sightings.response(destinationPort);
          else if (payload.startsWith('GET ')) sightings.request(sourcePort, payload.split(' ', 2)[1] ?? '');
        }
        return { sightings, losses: dropped ? { 'dropped-by-kernel': dropped } : {}, notes: {} };
      },
    };
  },
};
