import { parseArgs } from 'node:util';
import { AppError } from '../../src/domain/errors.ts';
import { hosts, type Pod } from './pods.ts';

export interface DemoOptions {
  /** Seed of everything random. */
  readonly seed: number;
  /** Requests a second the generator starts on average; each makes up to five more between the pods. */
  readonly rate: number;
  /** The load begins when standard input says so, not at once. */
  readonly waitForGo: boolean;
}

/** What this process is: the demo, one of its pods, or the sweeper that outlives a killed demo. */
export type Command =
  | { readonly kind: 'demo'; readonly options: DemoOptions }
  | { readonly kind: 'pod'; readonly pod: Pod; readonly options: DemoOptions }
  | { readonly kind: 'sweep'; readonly name: string }
  | { readonly kind: 'help' };

export const help = `usage: node demo.js [--rate N] [--seed N] [--wait-for-go]

A small shop on this machine: each pod in its own network namespace and cgroup, and a load
generator. Prints one JSON line when all pods answer, and removes everything when its standard
input ends or it is told to stop. Needs root and a cgroup v2 mount.

  --rate N   requests the generator starts per second (default 18; about three times as many
             run between the pods)
  --seed N   seed of the random choices (default 1)
  --wait-for-go
             begin the load when standard input says "go", so that what captures it is there first
`;

/** @throws AppError `usage` on anything it does not know. */
export function parseCommand(args: readonly string[]): Command {
  const { values } = parse(args);
  const options = {
    seed: number('--seed', values.seed, 0),
    rate: number('--rate', values.rate, 0.1),
    waitForGo: values['wait-for-go'],
  };
  if (values.help) return { kind: 'help' };
  if (values.sweep !== undefined) return { kind: 'sweep', name: values.sweep };
  if (values.pod === undefined) return { kind: 'demo', options };
  const pod = hosts.find(({ name }) => name === values.pod);
  if (!pod) throw new AppError('usage', { detail: `unknown pod ${values.pod}` });
  return { kind: 'pod', pod, options };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string', default: '1' },
        rate: { type: 'string', default: '18' },
        'wait-for-go': { type: 'boolean', default: false },
        pod: { type: 'string' },
        sweep: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new AppError('usage', { detail: error instanceof Error ? error.message : String(error) });
  }
}

function number(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least || value > 1_000_000)
    throw new AppError('usage', { detail: `${flag} takes a number from ${least} to 1000000, not "${text}"` });
  return value;
}
