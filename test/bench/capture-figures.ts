/** Turns to the rows of the capture table, and what in them cannot be true. */
import type { Contender } from './contenders/contender.ts';
import { replyBytes } from './servers.ts';
import { ratios, type Summary, summarize } from './stats.ts';
import type { Turn } from './turn.ts';

export interface CaptureFigures {
  readonly contender: string;
  readonly title: string;
  readonly rate: number;
  readonly achieved: Summary | undefined;
  /** Captured over sent, lowest of the rounds; undefined for contenders that capture nothing. */
  readonly share: number | undefined;
  /** The tool's CPU, ms per 1,000 exchanges. */
  readonly cpuPer1k: Summary | undefined;
  /** Its CPU over Kelpie's in the same round. */
  readonly cpuToKelpie: Summary | undefined;
  /** Its CPU while nothing arrives, per cent of one core. */
  readonly idlePercent: Summary | undefined;
  /** Server CPU over the server's with nothing attached in the same round. */
  readonly serverRatio: Summary | undefined;
  /** The same for server and load generator together: ingress work lands on the sender's CPU time. */
  readonly bothEndsRatio: Summary | undefined;
  /** Resident high-water mark plus BPF maps, bytes. */
  readonly memory: Summary | undefined;
  readonly mapBytes: Summary | undefined;
  /** Totals over the rounds. */
  readonly losses: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

export function figuresOf(turns: readonly Turn[], contenders: readonly Contender[]): CaptureFigures[] {
  const rates = [...new Set(turns.map((turn) => turn.rate))];
  return rates.flatMap((rate) =>
    contenders.flatMap((contender) => {
      const all = turns.filter((turn) => turn.rate === rate);
      const own = all.filter((turn) => turn.contender === contender.name);
      return own.length ? [figures(contender, rate, own, all)] : [];
    }),
  );
}

function figures(contender: Contender, rate: number, own: readonly Turn[], all: readonly Turn[]): CaptureFigures {
  const good = own.filter((turn) => !turn.failure);
  const by = (name: string, value: (turn: Turn) => number) =>
    new Map(all.filter((turn) => turn.contender === name && !turn.failure).map((turn) => [turn.round, value(turn)]));
  const against = (name: string, value: (turn: Turn) => number) => ratios(by(contender.name, value), by(name, value));
  const perExchange = (turn: Turn) => (turn.contenderCpuMs / turn.sent) * 1000;
  const shares = good.flatMap((turn) => (turn.completeness ? [turn.completeness.share] : []));
  const uses = good.some((turn) => turn.contenderCpuMs > 0);
  return {
    contender: contender.name,
    title: contender.title,
    rate,
    achieved: summarize(good.map((turn) => turn.achieved)),
    share: shares.length ? Math.min(...shares) : undefined,
    cpuPer1k: uses ? summarize(good.map(perExchange)) : undefined,
    cpuToKelpie: uses ? against('kelpie', perExchange) : undefined,
    idlePercent: uses ? summarize(good.map((turn) => turn.idleCpu * 100)) : undefined,
    serverRatio: against('nothing', (turn) => turn.serverCpuMs / turn.sent),
    bothEndsRatio: against('nothing', (turn) => (turn.serverCpuMs + turn.loadCpuMs) / turn.sent),
    memory: uses ? summarize(good.map((turn) => turn.peakRss + turn.mapBytes)) : undefined,
    mapBytes: uses ? summarize(good.map((turn) => turn.mapBytes)) : undefined,
    losses: sum(good.map((turn) => turn.losses)),
    failures: own.flatMap((turn) => turn.failure ?? []),
  };
}

function sum(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const record of records) {
    for (const [name, count] of Object.entries(record)) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}

/** What cannot be true of a working contender, in words; empty = nothing. */
export function nonsense(turns: readonly Turn[], contenders: readonly Contender[]): string[] {
  return turns.flatMap((turn) => {
    const contender = contenders.find((each) => each.name === turn.contender);
    return complaints(turn, contender?.captures ?? false, contender?.perConnection ?? false).map(
      (what) => `${turn.contender} at ${turn.rate} rps: ${what}`,
    );
  });
}

function complaints(turn: Turn, captures: boolean, perConnection: boolean): string[] {
  if (turn.failure) return [turn.failure];
  const found: string[] = [];
  if (!(turn.serverCpuMs > 0)) found.push('the server used no CPU');
  if (!captures) return found;
  const seen = turn.completeness;
  if (!(turn.contenderCpuMs > 0)) found.push('it used no CPU');
  if (!(turn.peakRss > 0)) found.push('it used no memory');
  if (!seen) return [...found, 'it gave nothing to count'];
  // What only counts connections may miss the last of them, and does not know it.
  if (seen.captured < seen.sent && Object.keys(turn.losses).length === 0 && !perConnection) {
    found.push(`captured ${seen.captured} of ${seen.sent} and counted no loss`);
  }
  if (seen.duplicates > 0) found.push(`${seen.duplicates} exchanges twice`);
  if (seen.foreign > 0) found.push(`${seen.foreign} rows that were never sent`);
  const kept = turn.notes.bodyBytesPerSampledRow;
  if (kept !== undefined && kept !== replyBytes) found.push(`${kept} body bytes kept per row, not ${replyBytes}`);
  return found;
}
