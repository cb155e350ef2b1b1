/** Request on the wire → row on the screen: live capture, a terminal on it, one marked request at a time. */
import { join } from 'node:path';
import { startAgent } from '../kelpie/agent.ts';
import { product } from '../kelpie/product.ts';
import type { Lab } from '../lab/lab.ts';
import { launch } from '../lab/process.ts';
import { type Scope, sleep } from '../scope.ts';
import { port } from '../servers.ts';
import { createRandom } from '../stats.ts';
import { type MeteredOptions, openMetered } from './metered.ts';

/** Sends `count` requests at irregular moments; ms from the start of the client to the bytes that show the row. */
export async function measureToScreen(lab: Lab, count: number, size: MeteredOptions, parent: Scope): Promise<number[]> {
  const scope = parent.child();
  try {
    const group = lab.contenders.child('to-screen');
    scope.defer('group', group.remove);
    const args = ['--source', 'live', '--cgroup', lab.pod.path];
    const agent = await startAgent(args, { group, scope, socket: join(lab.folder, 'live.sock') });
    const terminal = openMetered([process.execPath, product.cli, '-c', 'http', '--agents', agent.address], size);
    scope.defer('terminal', terminal.close);
    await sleep(2_500);
    const random = createRandom(11);
    const ms: number[] = [];
    for (let each = 0; each < count; each += 1) {
      await sleep(200 + random() * 1_000);
      const mark = `/marked/${each}-${Math.floor(random() * 1e9)}`;
      const from = performance.now();
      const url = `http://${lab.net.serverAddress}:${port}${mark}`;
      launch(['curl', '-s', '-o', '/dev/null', url], { group: lab.load, netns: lab.net.client });
      ms.push((await terminal.whenShown((screen) => screen.some((line) => line.includes(mark)), 10_000)) - from);
    }
    return ms;
  } finally {
    await scope.close();
  }
}
