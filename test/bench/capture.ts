/** Part 1: what capture costs, in rounds where every contender has one turn, in an order drawn anew each round. */
import { contenders } from './contenders/all.ts';
import type { Contender } from './contenders/contender.ts';
import type { BenchOptions } from './flags.ts';
import type { Lab } from './lab/lab.ts';
import type { Scope } from './scope.ts';
import { createRandom, shuffled } from './stats.ts';
import { type Turn, takeTurn } from './turn.ts';

export interface CaptureResult {
  /** Every turn of the fixed-rate rounds. */
  readonly turns: readonly Turn[];
  /** Every turn of the search for the highest rate without loss. */
  readonly saturation: readonly Turn[];
  /** Contenders left out, with the reason. */
  readonly leftOut: readonly string[];
}

const connections = 10;
/** Those whose highest rate is looked for: ours as they are watched, the cheapest raw one and the cheapest that knows HTTP. */
const raced = ['kelpie', 'kelpie-terminal', 'kelpie-summaries', 'tcpdump', 'httpry'];

export async function runCapture(
  lab: Lab,
  options: BenchOptions,
  scope: Scope,
  say: (line: string) => void,
  { oneEach = false } = {},
): Promise<CaptureResult> {
  const wanted = choose(options).filter((each) => oneEach || !each.perConnection);
  const leftOut = wanted.flatMap((each) => (each.missing() ? [`${each.name}: ${each.missing()}`] : []));
  const present = wanted.filter((each) => !each.missing());
  const random = createRandom(options.seed);
  const turns: Turn[] = [];
  const saturation: Turn[] = [];
  const run = async (into: Turn[], contender: Contender, round: number, rate: number, seconds: number) => {
    const { warmUpSeconds, idleSeconds } = options;
    const plan = { round, rate, seconds, connections, oneEach, warmUpSeconds, idleSeconds };
    const turn = await takeTurn(lab, contender, plan, scope);
    into.push(turn);
    say(`round ${round + 1}, ${rate || 'unbounded'} rps, ${contender.name}: ${describe(turn)}`);
  };
  for (let round = 0; round < options.rounds; round += 1) {
    for (const rate of options.rates) {
      for (const contender of shuffled(present, random)) await run(turns, contender, round, rate, options.seconds);
    }
  }
  for (const rate of options.saturation) {
    const racing = present.filter((each) => raced.includes(each.name));
    for (const contender of shuffled(racing, random)) await run(saturation, contender, 0, rate, options.seconds);
  }
  return { turns, saturation, leftOut };
}

/** Contenders by name, the baseline always with them; throws an Error for a name that means nothing. */
function choose({ contenders: names, smoke }: BenchOptions): Contender[] {
  const always = smoke ? ['nothing'] : ['nothing', 'nothing-again'];
  const unknown = names.find((name) => !contenders.some((each) => each.name === name));
  if (unknown)
    throw new Error(`no contender "${unknown}"; there are ${contenders.map((each) => each.name).join(', ')}`);
  return contenders.filter((each) => names.length === 0 || names.includes(each.name) || always.includes(each.name));
}

function describe({ failure, sent, completeness, contenderCpuMs, losses }: Turn): string {
  if (failure) return `failed: ${failure}`;
  const captured = completeness ? `captured ${completeness.captured} of ${completeness.sent}, ` : '';
  const lost = Object.keys(losses).length ? `, lost ${JSON.stringify(losses)}` : '';
  return `${captured}${((contenderCpuMs / sent) * 1000).toFixed(2)} ms/1k${lost}`;
}

/** Those that say something of many short connections. */
const ofConnections = ['kelpie-idle', 'kelpie-summaries', 'kelpie', 'tcpdump', 'httpry', 'tcplife', 'bpftrace'];

/** Many short connections: one request on each. */
export function runConnections(
  lab: Lab,
  options: BenchOptions,
  scope: Scope,
  say: (line: string) => void,
): Promise<CaptureResult> {
  const names = options.contenders.length ? options.contenders : ofConnections;
  const plan = { ...options, contenders: names, rates: options.connectionRates, saturation: [] };
  return runCapture(lab, plan, scope, say, { oneEach: true });
}
