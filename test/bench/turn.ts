/** One turn of one contender: start it, run the load once, let it finish its work, take the figures. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from './contenders/contender.ts';
import { mapBytes, processMemory } from './cpu.ts';
import type { Group } from './lab/cgroup.ts';
import type { Lab } from './lab/lab.ts';
import { type LoadPlan, runLoad } from './load.ts';
import { type Scope, sleep } from './scope.ts';
import { type Completeness, warmUpPrefix } from './sequence.ts';

export interface Turn {
  readonly contender: string;
  readonly round: number;
  /** Planned requests per second; 0 = as fast as answers come. */
  readonly rate: number;
  readonly achieved: number;
  readonly sent: number;
  /** CPU time from the first request until the contender had worked everything off, ms. */
  readonly contenderCpuMs: number;
  /** CPU time of what only reads what the contender hands out, over the same time, ms: it competes for the same cores. */
  readonly bystanderCpuMs: number;
  /** CPU once all is worked off and nothing arrives, as a share of one core. */
  readonly idleCpu: number;
  readonly serverCpuMs: number;
  readonly loadCpuMs: number;
  /** Sum of the resident high-water marks of its processes, bytes. */
  readonly peakRss: number;
  /** Kernel memory of its BPF maps, bytes. */
  readonly mapBytes: number;
  readonly completeness: Completeness | undefined;
  readonly losses: Readonly<Record<string, number>>;
  readonly notes: Readonly<Record<string, number>>;
  /** Why the turn gave no figures; the figures above are then NaN. */
  readonly failure: string | undefined;
}

export interface TurnPlan extends LoadPlan {
  readonly round: number;
  /** Length of the load before the one that counts: agents run for weeks, just-in-time compilers need their second. */
  readonly warmUpSeconds: number;
  /** How long it is watched after that with nothing arriving. */
  readonly idleSeconds: number;
}

const warmUpRate = 5_000;

/** Runs a turn. A contender that fails gives a turn with `failure`; the suite goes on. */
export async function takeTurn(lab: Lab, contender: Contender, plan: TurnPlan, parent: Scope): Promise<Turn> {
  const scope = parent.child();
  try {
    return await measure(lab, contender, plan, scope);
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { ...emptyTurn(contender, plan), failure };
  } finally {
    await scope.close();
  }
}

async function measure(lab: Lab, contender: Contender, plan: TurnPlan, scope: Scope): Promise<Turn> {
  const folder = join(lab.folder, contender.name);
  scope.defer('folder', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder);
  const group = lab.contenders.child(contender.name);
  scope.defer('group', group.remove);
  const bystanders = lab.contenders.child(`${contender.name}-bystanders`);
  scope.defer('group', bystanders.remove);

  const running = await contender.start({ lab, group, bystanders, folder, scope });
  // Connections of the warm-up look like any other: what counts them goes without.
  if (!contender.perConnection)
    await runLoad(lab, { ...plan, rate: warmUpRate, seconds: plan.warmUpSeconds, prefix: warmUpPrefix });
  await sleep(contender.lagMs ?? 0);
  await quiet(group);
  const before = {
    contender: group.cpuMs(),
    bystanders: bystanders.cpuMs(),
    server: lab.pod.cpuMs(),
    load: lab.load.cpuMs(),
  };
  const load = await runLoad(lab, plan);
  const after = { server: lab.pod.cpuMs(), load: lab.load.cpuMs() };
  await sleep(contender.lagMs ?? 0);
  await quiet(group);
  const contenderCpuMs = group.cpuMs() - before.contender;
  const bystanderCpuMs = bystanders.cpuMs() - before.bystanders;
  const idleCpu = await cpuShare(group, plan.idleSeconds * 1000);
  const pids = group.pids();
  const peakRss = pids.reduce((sum, pid) => sum + processMemory(pid).peak, 0);
  const maps = mapBytes(pids);
  const { sightings, losses, notes } = await running.finish();
  return {
    contender: contender.name,
    round: plan.round,
    rate: plan.rate,
    achieved: load.achieved,
    sent: load.succeeded,
    contenderCpuMs,
    bystanderCpuMs,
    idleCpu,
    serverCpuMs: after.server - before.server,
    loadCpuMs: after.load - before.load,
    peakRss,
    mapBytes: maps,
    completeness: sightings?.compare(load.sent),
    losses,
    notes,
    failure: undefined,
  };
}

/** Waits until the group is done with its backlog (below 15 % of a CPU: who catches up uses a whole one), 30 s at most. */
async function quiet(group: Group): Promise<void> {
  for (let windows = 0; windows < 120; windows += 1) {
    if ((await cpuShare(group, 250)) < 0.15) return;
  }
}

/** CPU that the group uses over the next `ms`, as a share of one core. */
async function cpuShare(group: Group, ms: number): Promise<number> {
  const before = { cpu: group.cpuMs(), at: performance.now() };
  await sleep(ms);
  return (group.cpuMs() - before.cpu) / (performance.now() - before.at);
}

const emptyTurn = (contender: Contender, { round, rate }: TurnPlan): Turn => ({
  contender: contender.name,
  round,
  rate,
  achieved: Number.NaN,
  sent: 0,
  contenderCpuMs: Number.NaN,
  bystanderCpuMs: Number.NaN,
  idleCpu: Number.NaN,
  serverCpuMs: Number.NaN,
  loadCpuMs: Number.NaN,
  peakRss: Number.NaN,
  mapBytes: Number.NaN,
  completeness: undefined,
  losses: {},
  notes: {},
  failure: undefined,
});
