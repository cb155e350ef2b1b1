/** The scale part: one terminal on a hundred agents of a simulated cluster beside the same on one, names of 20,000 pods, agents that do harm. */
import type { BenchOptions } from '../flags.ts';
import { type Scope, sleep } from '../scope.ts';
import type { AgentsPlan } from './agents-main.ts';
import type { Fault } from './faults.ts';
import type { NamesFigures } from './names-main.ts';
import { startCluster, startHelper } from './processes.ts';
import type { ReaderFigures } from './reader-main.ts';
import { measureTerminal, type ScaleFigures } from './terminal.ts';

export interface ScaleResult {
  readonly agents: number;
  readonly pods: number;
  /** Beside each other: one agent, all of them, all of them three of which do harm. */
  readonly runs: readonly { readonly what: string; readonly agents: number; readonly figures: ScaleFigures }[];
  readonly names: readonly NamesFigures[];
  readonly complete: Completeness;
}

export interface Completeness extends ReaderFigures {
  /** Rows that agents in good health sent, and of those the terminal's client has. */
  readonly sent: number;
  readonly got: number;
  /** Agents and tables with more or fewer. */
  readonly differing: number;
}

interface Plan {
  readonly agents: number;
  readonly heldSeconds: number;
  readonly screens: readonly string[];
  readonly secondsOfScreen: number;
  readonly keysOfScreen: number;
  /** Pods replaced at speed: ten minutes of ten a second, in parts. */
  readonly churn: readonly number[];
  readonly readSeconds: number;
}

const full: Plan = {
  agents: 100,
  heldSeconds: 120,
  screens: ['http', 'map', 'pods', 'agents'],
  secondsOfScreen: 8,
  keysOfScreen: 60,
  churn: [1_500, 1_500, 1_500, 1_500],
  readSeconds: 10,
};
const smoke: Plan = {
  agents: 6,
  heldSeconds: 5,
  screens: ['pods'],
  secondsOfScreen: 1,
  keysOfScreen: 8,
  churn: [20],
  readSeconds: 3,
};

/** In the middle, so that whoever takes the first for all of them is found out. */
const harmful = (agents: number): Record<number, Fault> => {
  const middle = Math.floor(agents / 2);
  return { [middle]: 'dead', [middle + 1]: 'slow', [middle + 2]: 'hostile' };
};

export async function runScale(
  options: BenchOptions,
  parent: Scope,
  say: (line: string) => void,
): Promise<ScaleResult> {
  const plan = { ...(options.smoke ? smoke : full) };
  const agents = Number(process.env.KELPIE_BENCH_AGENTS ?? plan.agents);
  const runs: ScaleResult['runs'][number][] = [];
  const names: NamesFigures[] = [];
  let pods = 0;
  const within = async <T>(
    what: AgentsPlan,
    use: (cluster: Awaited<ReturnType<typeof startCluster>>, scope: Scope) => Promise<T>,
  ) => {
    const scope = parent.child();
    try {
      return await use(await startCluster(what, scope), scope);
    } finally {
      await scope.close();
    }
  };
  const planOf = (nodes: number, faults: Record<number, Fault> = {}): AgentsPlan => {
    return { nodes, heldSeconds: plan.heldSeconds, httpPerSecond: 120, faults };
  };
  for (const [what, count, faults] of [
    ['one agent', 1, {}],
    [`${agents} agents`, agents, {}],
    [`${agents} agents, three of them do harm`, agents, harmful(agents)],
  ] as const) {
    say(`scale: ${what}`);
    await within(planOf(count, faults), async (cluster, scope) => {
      const up = count - Object.keys(faults).length;
      const figures = await measureTerminal(cluster, { ...plan, agents: count, up }, scope);
      runs.push({ what, agents: count, figures });
    });
  }
  say('scale: names of the cluster');
  await within(planOf(agents), async (cluster, scope) => {
    pods = cluster.pods;
    const helper = await startHelper('names-main.ts', [cluster.kubeconfig], scope);
    const figures = async () => names.push(JSON.parse(await helper.ask('figures')) as NamesFigures);
    await figures();
    for (const count of plan.churn) {
      await cluster.api.ask(`replace ${count}`);
      await sleep(options.smoke ? 500 : 5_000);
      await figures();
    }
  });
  say('scale: what reaches a reader while three agents do harm');
  const faults = harmful(agents);
  const complete = await within(planOf(agents, faults), async (cluster, scope) => {
    const reader = await startHelper('reader-main.ts', [cluster.folder, String(agents)], scope);
    await sleep(plan.readSeconds * 1_000);
    await cluster.agents.ask('stop');
    await sleep(options.smoke ? 1_500 : 4_000);
    const sent = JSON.parse(await cluster.agents.ask('count')) as Counts;
    const figures = JSON.parse(await reader.ask('figures')) as ReaderFigures & { readonly counts: Counts };
    return compare(sent, figures);
  });
  return { agents, pods, runs, names, complete };
}

type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Of agents in good health alone: those whose link the reader has as up. */
function compare(sent: Counts, { counts, ...figures }: ReaderFigures & { readonly counts: Counts }): Completeness {
  let sum = 0;
  let got = 0;
  let differing = 0;
  for (const [agent, tables] of Object.entries(sent)) {
    if (figures.unwell.some((each) => each.agent === agent)) continue;
    for (const [table, rows] of Object.entries(tables)) {
      const there = counts[agent]?.[table] ?? 0;
      sum += rows;
      got += there;
      if (there !== rows) differing += 1;
    }
  }
  return { ...figures, sent: sum, got, differing };
}
