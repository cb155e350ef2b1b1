/** The agent's command line. */
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { AppError } from '../src/domain/errors.ts';
import type { BudgetTotals } from './budgets/budgets.ts';
import { type HttpAddress, type ListenAddress, parseHttpAddress, parseListenAddress } from './server/listen-address.ts';

export interface AgentOptions {
  readonly source:
    | {
        readonly kind: 'live';
        readonly cgroup: string;
        readonly podsBelow: string | undefined;
        /** Pods have the names that the API server has for this node's; undefined where there is none to ask. */
        readonly kubernetes: { readonly node: string } | undefined;
      }
    | { readonly kind: 'recording'; readonly file: string; readonly speed: number | undefined };
  readonly listen: ListenAddress;
  /** The key whose holders may look; undefined = whoever reaches the address may. */
  readonly keyFile: string | undefined;
  /** What may be captured at all, and of what. */
  readonly policyFile: string | undefined;
  /** Where /livez and /readyz are answered, and /metrics. They tell nothing of the traffic. */
  readonly health: HttpAddress | undefined;
  readonly metrics: HttpAddress | undefined;
  readonly record: string | undefined;
  /** Header fields that are secrets besides the usual; false = nothing is redacted. */
  readonly redact: readonly string[] | false;
  readonly ringBytes: number;
  /** What all that is captured may come to in a second. */
  readonly budget: BudgetTotals;
  /** End when standard input does. */
  readonly stdinWatch: boolean;
}

export const usage = `Usage: kelpie agent [--cgroup PATH] [--pods-below PATH | --kubernetes] [--record FILE] [options]
       kelpie agent --replay FILE [--speed N] [options]

Captures HTTP of this machine, or plays a recording, and serves it to terminals.

  --cgroup PATH       cgroup v2 path to watch, with everything below it (default: /)
  --pods-below PATH   cgroups below it are NAMESPACE/POD/CONTAINER
  --kubernetes        pods by the names of the API server, which the pod's own account or KUBECONFIG leads to
  --node NAME         this node's name there (default: NODE_NAME, else the host name)
  --replay FILE       play a recording instead
  --speed N           N times as fast as it was captured (default: as fast as it is read)
  --listen ADDRESS    unix:PATH, or HOST:PORT of the loopback interface (default: 127.0.0.1:7788)
  --key-file FILE     only who shows a token signed with this key may look
  --policy-file FILE  what may be captured at all (docs/kubernetes.md); read again when it changes
  --health HOST:PORT  answer /livez and /readyz there
  --metrics HOST:PORT answer /metrics there: the agent itself for Prometheus, nothing of the traffic
  --record FILE       write what is captured to a recording
  --redact A,B        more header fields whose values are secrets
  --no-redact         keep authorization, cookie and other secrets readable
  --ring-bytes N      memory for recent rows (default: 29360128)
  --budget-events N   kernel records per second, a connection as 24 of them, shared fairly by the pods watched (default: 240000)
  --budget-bytes N    captured bytes per second, likewise (default: 268435456)
                      beyond either whole exchanges are left out, and counted
  --stdin-watch       end when standard input ends
  --help, --version

Examples:
  kelpie agent                                        this machine, on 127.0.0.1:7788
  kelpie agent --listen unix:/run/kelpie.sock --cgroup /system.slice
  kelpie agent --replay shop.kelpie --speed 1         a recording, at its own pace

Exit codes:
  0     told to end
  2     wrong usage
  3     no permission, eBPF unavailable, address in use
  130   interrupted before it was up
`;

const defaultListen = '127.0.0.1:7788';
const defaultRingBytes = 28 << 20;
const minRingBytes = 1 << 16;
/** 40,000 small exchanges a second, of which both ends are watched, are 160,000 records of some 60 MB. */
const defaultBudget: BudgetTotals = { events: 240_000, bytes: 256 << 20 };
const leastBudget: BudgetTotals = { events: 1000, bytes: 1 << 20 };

/** @throws AppError `usage` */
export function parseAgentOptions(argv: readonly string[]): AgentOptions | 'help' | 'version' {
  const values = parse(argv);
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (values.replay !== undefined && values.record !== undefined) fail('--record and --replay exclude each other.');
  if (values.speed !== undefined && values.replay === undefined) fail('--speed needs --replay.');
  if (values.node !== undefined && !values.kubernetes) fail('--node needs --kubernetes.');
  if (values.kubernetes && values.replay !== undefined) fail('--kubernetes and --replay exclude each other.');
  if (values.source !== undefined && values.source !== 'live') fail(`--source takes live, not "${values.source}".`);
  return {
    source:
      values.replay === undefined
        ? {
            kind: 'live',
            cgroup: cgroupPath(values.cgroup ?? '/'),
            podsBelow: mapped(values['pods-below'], cgroupPath),
            kubernetes: values.kubernetes ? { node: nodeName(values.node) } : undefined,
          }
        : { kind: 'recording', file: values.replay, speed: mapped(values.speed, speedOf) },
    listen: parseListenAddress(values.listen ?? defaultListen),
    keyFile: values['key-file'],
    policyFile: values['policy-file'],
    health: mapped(values.health, (text) => parseHttpAddress('--health', text)),
    metrics: mapped(values.metrics, (text) => parseHttpAddress('--metrics', text)),
    record: values.record,
    redact: values['no-redact'] ? false : namesOf(values.redact ?? ''),
    ringBytes: mapped(values['ring-bytes'], ringBytesOf) ?? defaultRingBytes,
    budget: {
      events: budgetOf('events', values['budget-events']),
      bytes: budgetOf('bytes', values['budget-bytes']),
    },
    stdinWatch: values['stdin-watch'] ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        source: { type: 'string' },
        cgroup: { type: 'string' },
        'pods-below': { type: 'string' },
        kubernetes: { type: 'boolean' },
        node: { type: 'string' },
        replay: { type: 'string' },
        speed: { type: 'string' },
        listen: { type: 'string' },
        'key-file': { type: 'string' },
        'policy-file': { type: 'string' },
        health: { type: 'string' },
        metrics: { type: 'string' },
        record: { type: 'string' },
        redact: { type: 'string' },
        'no-redact': { type: 'boolean' },
        'ring-bytes': { type: 'string' },
        'budget-events': { type: 'string' },
        'budget-bytes': { type: 'string' },
        'stdin-watch': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return fail((error as Error).message);
  }
}

/** A path below the cgroup v2 mount, without a trailing slash. */
function cgroupPath(text: string): string {
  const path = `/${text.split('/').filter(Boolean).join('/')}`;
  if (!text.startsWith('/') || path.split('/').includes('..')) fail(`"${text}" is no cgroup path: it begins with /.`);
  return path;
}

/** RFC 1123: what Kubernetes takes for the name of a node. */
function nodeName(given: string | undefined): string {
  const name = given ?? process.env.NODE_NAME ?? hostname().toLowerCase();
  return /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name) ? name : fail(`"${name}" is no name of a node.`);
}

function speedOf(text: string): number {
  const speed = Number(text);
  return text.trim() !== '' && speed > 0 && speed <= 1e6
    ? speed
    : fail(`--speed takes a number above 0, not "${text}".`);
}

function ringBytesOf(text: string): number {
  const bytes = Number(text);
  if (Number.isInteger(bytes) && bytes >= minRingBytes) return bytes;
  return fail(`--ring-bytes takes a number of bytes from ${minRingBytes}, not "${text}".`);
}

function budgetOf(what: 'events' | 'bytes', text: string | undefined): number {
  if (text === undefined) return defaultBudget[what];
  const number = Number(text);
  if (Number.isInteger(number) && number >= leastBudget[what]) return number;
  return fail(`--budget-${what} takes a number per second from ${leastBudget[what]}, not "${text}".`);
}

/** RFC 9110 §5.1: a field name is a token. */
function namesOf(text: string): string[] {
  const names = text.split(',').flatMap((name) => name.trim().toLowerCase() || []);
  const bad = names.find((name) => !/^[!#$%&'*+\-.^_`|~0-9a-z]{1,128}$/.test(name));
  return bad === undefined ? names : fail(`"${bad}" is no header name.`);
}

const mapped = <T>(text: string | undefined, map: (text: string) => T): T | undefined =>
  text === undefined ? undefined : map(text);

function fail(detail: string): never {
  throw new AppError('usage', { detail });
}
