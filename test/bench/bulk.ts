/** Bulk transfer through a watched socket: a large file over veth by sendfile, how fast and at what CPU time of both ends. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from './contenders/contender.ts';
import type { Lab } from './lab/lab.ts';
import { launch } from './lab/process.ts';
import type { Scope } from './scope.ts';
import { bulkBytes, bulkPath, port } from './servers.ts';

export interface BulkTurn {
  readonly contender: string;
  readonly round: number;
  /** As the client saw it; NaN when the turn failed. */
  readonly bytesPerSecond: number;
  /** CPU time of server and client for all transfers, ms. */
  readonly bothEndsCpuMs: number;
  /** CPU time of the contender meanwhile, ms. */
  readonly contenderCpuMs: number;
  readonly failure: string | undefined;
}

/** Transfers the file `times` times with the contender at work, one time more before to warm up. */
export async function takeBulkTurn(
  lab: Lab,
  contender: Contender,
  { round, times }: { round: number; times: number },
  parent: Scope,
): Promise<BulkTurn> {
  const scope = parent.child();
  try {
    const folder = join(lab.folder, `bulk-${contender.name}`);
    scope.defer('folder', () => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(folder);
    const group = lab.contenders.child(`bulk-${contender.name}`);
    scope.defer('group', group.remove);
    const bystanders = lab.contenders.child(`bulk-${contender.name}-bystanders`);
    scope.defer('group', bystanders.remove);
    const running = await contender.start({ lab, group, bystanders, folder, scope });
    await transfer(lab);
    const cpu = () => ({ ends: lab.pod.cpuMs() + lab.load.cpuMs(), own: group.cpuMs() });
    const before = cpu();
    let seconds = 0;
    for (let time = 0; time < times; time += 1) seconds += await transfer(lab);
    const after = cpu();
    await running.finish();
    return {
      contender: contender.name,
      round,
      bytesPerSecond: (times * bulkBytes) / seconds,
      bothEndsCpuMs: after.ends - before.ends,
      contenderCpuMs: after.own - before.own,
      failure: undefined,
    };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    const none = { bytesPerSecond: Number.NaN, bothEndsCpuMs: Number.NaN, contenderCpuMs: Number.NaN };
    return { contender: contender.name, round, ...none, failure };
  } finally {
    await scope.close();
  }
}

/** Seconds it took, by the client's clock. Throws an Error when the file did not arrive whole. */
async function transfer(lab: Lab): Promise<number> {
  const url = `http://${lab.net.serverAddress}:${port}${bulkPath}`;
  const command = ['curl', '-sS', '-o', '/dev/null', '-w', '%{size_download} %{time_total}', url];
  const run = launch(command, { group: lab.load, netns: lab.net.client, cpu: lab.loadCpu });
  const code = await run.exited;
  const [bytes, seconds] = run.stdout().split(' ').map(Number);
  if (code !== 0 || bytes !== bulkBytes || !seconds) throw new Error(`curl: ${code} ${run.stderr()}${run.stdout()}`);
  return seconds;
}
