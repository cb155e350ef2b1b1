/** Command line of the benchmark suite. */
import { parseArgs } from 'node:util';

/** What can be run alone, in the order in which all are run. */
export const parts = ['capture', 'connections', 'bulk', 'tax', 'services', 'screens', 'terminal', 'scale'] as const;
export type Part = (typeof parts)[number];

/** Those that need root, network namespaces and cgroups. */
export const liveParts: readonly Part[] = ['capture', 'connections', 'bulk', 'tax'];

export interface BenchOptions {
  readonly parts: readonly Part[];
  /** Interleaved rounds of all that is compared. */
  readonly rounds: number;
  /** Length of one load run. */
  readonly seconds: number;
  /** Length of the load before each load run that counts. */
  readonly warmUpSeconds: number;
  /** How long a contender is watched with nothing arriving. */
  readonly idleSeconds: number;
  /** Requests per second, one table each. */
  readonly rates: readonly number[];
  /** Connections per second with one request each, one table each. */
  readonly connectionRates: readonly number[];
  /** Rates tried for the highest one captured without loss; 0 = as fast as the server answers. */
  readonly saturation: readonly number[];
  /** Names of contenders to run; empty = all. */
  readonly contenders: readonly string[];
  /** Rows per second that reach the terminal in the busy run. */
  readonly rows: number;
  /** Length of the terminal's busy run that ends with its memory figure. */
  readonly terminalSeconds: number;
  readonly seed: number;
  readonly smoke: boolean;
}

export const usage = `npm run bench -- [flags]

  --only PART              this part alone; may be given more than once:
                           capture      HTTP over connections that last
                           connections  a connection for each request
                           bulk         a large file through a watched socket
                           tax          what unrelated processes pay
                           services     500 of them: map, tables, an hour in memory
                           screens      bytes and CPU of each screen of the live demo
                           terminal     start, keys, memory, request to screen
                           scale        100 agents, 20,000 pods; three agents that do harm
  --rounds N               interleaved rounds of all that is compared (default 5)
  --seconds S              length of one load run (default 6)
  --rate R                 requests per second; may be given more than once (default 10000, 20000 and 40000)
  --connections R          connections per second; may be given more than once (default 5000 and 10000)
  --contender NAME         only these contenders; may be given more than once; the baseline always runs
  --no-saturation          leave out the search for the highest rate without loss
  --rows N                 rows per second that reach the busy terminal (default 12000)
  --minutes N              length of the busy terminal run, for its memory figure (default 1)
  --seed N                 order of the contenders within a round (default: drawn, and printed)
  --smoke                  a short run that fails on figures that cannot be true; says nothing about speed
`;

/** Reads the flags; throws an Error that names the flag at fault. */
export function readFlags(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      connections: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      rate: { type: 'string', multiple: true },
      contender: { type: 'string', multiple: true },
      'no-saturation': { type: 'boolean' },
      rows: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      smoke: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const { only, smoke = false } = values;
  const unknown = only?.find((name) => !parts.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`--only takes ${parts.join(', ')}, not "${unknown}"`);
  return {
    parts: only ? parts.filter((part) => only.includes(part)) : parts,
    rounds: positive('--rounds', values.rounds, smoke ? 1 : 5),
    seconds: positive('--seconds', values.seconds, smoke ? 1 : 6),
    warmUpSeconds: smoke ? 0.2 : 2,
    idleSeconds: smoke ? 0.3 : 1.5,
    rates: values.rate?.map((rate) => positive('--rate', rate, 0)) ?? (smoke ? [2_000] : [10_000, 20_000, 40_000]),
    connectionRates:
      values.connections?.map((rate) => positive('--connections', rate, 0)) ?? (smoke ? [500] : [5_000, 10_000]),
    saturation: smoke || values['no-saturation'] ? [] : [30_000, 40_000, 0],
    contenders: values.contender ?? (smoke ? ['kelpie', 'kelpie-idle', 'tcpdump'] : []),
    rows: positive('--rows', values.rows, 12_000),
    terminalSeconds: positive('--minutes', values.minutes, smoke ? 0.05 : 1) * 60,
    seed: positive('--seed', values.seed, Date.now() % 1_000_000),
    smoke,
  };
}

function positive(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${flag} takes a number above 0, not "${text}"`);
  return value;
}
