/** Makes a recording to replay: the agent on the pod while a little load runs. */
import { join } from 'node:path';
import { startAgent } from '../kelpie/agent.ts';
import { startReader } from '../kelpie/start-reader.ts';
import type { Lab } from '../lab/lab.ts';
import { runLoad } from '../load.ts';
import type { Scope } from '../scope.ts';

/** 2,000 exchanges in two seconds. Gives the file's name. */
export async function makeRecording(lab: Lab, parent: Scope): Promise<string> {
  const scope = parent.child();
  const file = join(lab.folder, 'bench.kelpie');
  const group = lab.contenders.child('recorder');
  scope.defer('group', group.remove);
  const place = { lab, group, bystanders: group, folder: lab.folder, scope };
  const args = ['--source', 'live', '--cgroup', lab.pod.path, '--record', file];
  const agent = await startAgent(args, { group, scope, socket: join(lab.folder, 'recorder.sock') });
  const reader = await startReader(agent.address, { wanted: 'all', place });
  await runLoad(lab, { rate: 1_000, seconds: 2, connections: 10 });
  await reader.finish();
  await agent.stop();
  await scope.close();
  return file;
}
