/** Keypress → painted while tens of thousands of exchanges a second are captured and shown. */
import { join } from 'node:path';
import { processCpuMs, processMemory } from '../cpu.ts';
import { startAgent } from '../kelpie/agent.ts';
import { product } from '../kelpie/product.ts';
import type { Lab } from '../lab/lab.ts';
import { type LoadResult, runLoad } from '../load.ts';
import { type Scope, sleep } from '../scope.ts';
import type { UnderLoadFigures } from './figures.ts';
import { measureKeys } from './keys.ts';
import { type MeteredOptions, openMetered } from './metered.ts';

/** `rate` requests a second for as long as `keys` letters take; the screen is `:http`, which takes the most rows. */
export async function measureUnderLoad(
  lab: Lab,
  { rate, keys }: { rate: number; keys: number },
  size: MeteredOptions,
  scope: Scope,
): Promise<UnderLoadFigures> {
  const group = lab.contenders.child('under-load');
  scope.defer('group', group.remove);
  const args = ['--source', 'live', '--cgroup', lab.pod.path];
  const agent = await startAgent(args, { group, scope, socket: join(lab.folder, 'load.sock') });
  const terminal = openMetered([process.execPath, product.cli, '-c', 'http', '--agents', agent.address], size);
  scope.defer('terminal', terminal.close);
  // A letter takes 80 ms in the mean, eight of them another 450 around them.
  const seconds = Math.ceil(keys * 0.14) + 4;
  let over = false;
  const load: Promise<LoadResult | Error> = runLoad(lab, { rate, seconds, connections: 10 })
    .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
    .finally(() => {
      over = true;
    });
  await terminal.whenShown((screen) => screen.some((line) => line.includes('/item/')), 20_000);
  await sleep(2_000);
  const before = { cpu: processCpuMs(terminal.pid), at: performance.now() };
  const figures = await measureKeys(terminal, '', { count: keys, open: ':', shut: '\x1b' });
  const elapsed = performance.now() - before.at;
  const late = over ? ', the last keys after it' : '';
  const cpuShare = (processCpuMs(terminal.pid) - before.cpu) / elapsed;
  const result = await load;
  if (result instanceof Error) throw result;
  const what = `kelpie, prompt, ${Math.round(result.achieved)} exchanges/s captured${late}`;
  return { ...figures, what, answered: result.achieved, cpuShare, rss: processMemory(terminal.pid).rss };
}
