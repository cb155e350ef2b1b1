/** Parts whose contenders do the same work in turns: interleaved rounds, then ratios to nothing attached within each round. */
import { type BulkTurn, takeBulkTurn } from './bulk.ts';
import { contenders, everywhere } from './contenders/all.ts';
import type { Contender } from './contenders/contender.ts';
import type { BenchOptions } from './flags.ts';
import type { Lab } from './lab/lab.ts';
import type { Scope } from './scope.ts';
import { bulkBytes } from './servers.ts';
import { createRandom, ratios, shuffled, summarize } from './stats.ts';
import { range, renderTable } from './table.ts';
import { quickest, startBystander, type TaxTurn, takeTaxTurn } from './tax.ts';

interface AnyTurn {
  readonly contender: string;
  readonly round: number;
  readonly failure: string | undefined;
}

export interface SideBySide<Turn extends AnyTurn> {
  readonly turns: readonly Turn[];
  /** Contenders left out, with the reason. */
  readonly leftOut: readonly string[];
}

type Say = (line: string) => void;

/** Those whose way of looking at a stream of bytes differs. */
const inSmoke = ['nothing', 'kelpie', 'kelpie-everywhere', 'kelpie-elsewhere'];
const ofBulk = ['nothing', 'nothing-again', 'kelpie-idle', 'kelpie-summaries', 'kelpie', 'tcpdump'];

export function runBulk(lab: Lab, options: BenchOptions, scope: Scope, say: Say): Promise<SideBySide<BulkTurn>> {
  const wanted = contenders.filter(({ name }) => ofBulk.includes(name));
  const times = options.smoke ? 1 : 4;
  return inTurns('bulk', wanted, options, say, (each, round) => takeBulkTurn(lab, each, { round, times }, scope));
}

export async function runTax(lab: Lab, options: BenchOptions, scope: Scope, say: Say): Promise<SideBySide<TaxTurn>> {
  const slices = options.smoke ? 5 : 40;
  const bystander = await startBystander(lab, scope);
  const take = (each: Contender, round: number) => takeTaxTurn(lab, each, { round, slices, bystander }, scope);
  return inTurns('tax', everywhere, options, say, take);
}

async function inTurns<Turn extends AnyTurn>(
  what: string,
  wanted: readonly Contender[],
  { rounds, seed, smoke }: BenchOptions,
  say: Say,
  take: (contender: Contender, round: number) => Promise<Turn>,
): Promise<SideBySide<Turn>> {
  const leftOut = wanted.flatMap((each) => (each.missing() ? [`${each.name}: ${each.missing()}`] : []));
  const present = wanted.filter((each) => !each.missing() && (!smoke || inSmoke.includes(each.name)));
  const random = createRandom(seed);
  const turns: Turn[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of shuffled(present, random)) {
      const turn = await take(contender, round);
      turns.push(turn);
      say(`${what}, round ${round + 1}, ${contender.name}: ${turn.failure ?? 'done'}`);
    }
  }
  return { turns, leftOut };
}

export function bulkReport({ turns, leftOut }: SideBySide<BulkTurn>): string {
  const rows = tableOf(turns, contenders, (own, against) => [
    range(summarize(own.map((turn) => (turn.bytesPerSecond * 8) / 1e9)), 1),
    against((turn) => turn.bytesPerSecond),
    against((turn) => turn.bothEndsCpuMs),
    range(summarize(own.map((turn) => turn.contenderCpuMs)), 0),
  ]);
  const header = ['contender', 'Gbit/s', 'throughput ×', 'both ends CPU ×', 'own CPU ms'];
  const title = `Bulk transfer: ${bulkBytes / 2 ** 30} GiB at a time over veth by sendfile; × = over nothing attached in the same round`;
  return [title, renderTable(header, rows), ...leftOutLine(leftOut)].join('\n\n');
}

export function taxReport({ turns, leftOut }: SideBySide<TaxTurn>): string {
  const calls = ({ slices }: TaxTurn) => quickest(slices, ({ syscallsCpuMs }) => syscallsCpuMs);
  const network = ({ slices }: TaxTurn) => quickest(slices, ({ networkCpuMs }) => networkCpuMs);
  const rows = tableOf(turns, everywhere, (own, against) => [
    against(calls, 3),
    against(network, 3),
    range(summarize(own.map(calls)), 1),
    range(summarize(own.map(network)), 1),
  ]);
  const header = ['attached', 'system calls ×', 'network ×', 'system calls CPU ms', 'network CPU ms'];
  const title =
    'An unrelated process, nothing of it watched: CPU time of a slice of work, 10th percentile of its slices, over nothing attached in the same round';
  return [title, renderTable(header, rows), ...leftOutLine(leftOut)].join('\n\n');
}

const leftOutLine = (leftOut: readonly string[]) => (leftOut.length ? [`left out: ${leftOut.join('; ')}`] : []);

/** A row for each contender; `against` is the ratio of a figure to nothing attached, round by round. */
function tableOf<Turn extends AnyTurn>(
  turns: readonly Turn[],
  order: readonly Contender[],
  cells: (own: readonly Turn[], against: (figure: (turn: Turn) => number, digits?: number) => string) => string[],
): string[][] {
  const good = turns.filter(({ failure }) => !failure);
  const by = (name: string, figure: (turn: Turn) => number) =>
    new Map(good.filter(({ contender }) => contender === name).map((turn) => [turn.round, figure(turn)]));
  return order.flatMap(({ name, title }) => {
    const own = turns.filter(({ contender }) => contender === name);
    const failed = own.find(({ failure }) => failure)?.failure;
    if (own.length === 0) return [];
    if (failed && own.every(({ failure }) => failure)) return [[title, `failed: ${failed.split('\n')[0]}`]];
    const against = (figure: (turn: Turn) => number, digits = 2) =>
      range(ratios(by(name, figure), by('nothing', figure)), digits);
    return [[title, ...cells(own, against)]];
  });
}

/** What cannot be true, in words. */
export function sideBySideNonsense(what: string, { turns }: SideBySide<AnyTurn>): string[] {
  if (turns.length === 0) return [`${what}: nothing was measured`];
  return turns.flatMap(({ contender, failure }) => (failure ? [`${what}, ${contender}: ${failure}`] : []));
}
