/** The benchmark suite: `npm run bench`. Method and how to read it: docs/benchmarks.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCapture, runConnections } from './capture.ts';
import { nonsense } from './capture-figures.ts';
import { captureReport } from './capture-report.ts';
import { contenders } from './contenders/all.ts';
import { type BenchOptions, liveParts, type Part, readFlags, usage } from './flags.ts';
import { describeHost, hostLines } from './host.ts';
import { missingTools } from './kelpie/product.ts';
import { createLab, type Lab } from './lab/lab.ts';
import { largeReport, measureLarge } from './large.ts';
import { scaleNonsense, scaleReport } from './scale/report.ts';
import { runScale } from './scale/run.ts';
import { createScope, type Scope } from './scope.ts';
import { startNginx } from './servers.ts';
import { bulkReport, runBulk, runTax, sideBySideNonsense, taxReport } from './side-by-side.ts';
import { terminalNonsense } from './terminal/nonsense.ts';
import { terminalReport } from './terminal/report.ts';
import { runTerminal } from './terminal/run.ts';
import { runScreens, screensReport } from './terminal/screens.ts';

const notMeasured = [
  'Not measured: latency seen by the clients (the parties share too few cores), TLS, large bodies, more than one node,',
  'an agent with hours of history, other kernels.',
].join('\n');

const say = (line: string) => process.stderr.write(`${line}\n`);

async function main(options: BenchOptions, scope: Scope): Promise<number> {
  const missing = missingTools(options.parts);
  if (missing.length) {
    say(`the benchmarks cannot run:\n${missing.map((each) => `  ${each}`).join('\n')}`);
    return 1;
  }
  const host = describeHost();
  const started = new Date().toISOString();
  const lab = await openLab(options, scope);
  const live = async <Result>(part: Part, run: (lab: Lab, ...rest: Rest) => Promise<Result>) =>
    options.parts.includes(part) && lab ? run(lab, options, scope, say) : undefined;
  const capture = await live('capture', runCapture);
  const connections = await live('connections', runConnections);
  const bulk = await live('bulk', runBulk);
  const tax = await live('tax', runTax);
  const services = options.parts.includes('services') ? measureLarge(largePlan(options), say) : undefined;
  const screens = options.parts.includes('screens') && lab ? await runScreens(options, scope, say) : undefined;
  const terminal = options.parts.includes('terminal') ? await runTerminal(lab, options, scope, say) : undefined;

  const scale = options.parts.includes('scale') ? await runScale(options, scope, say) : undefined;

  const figures = { capture, connections, bulk, tax, services, screens, terminal, scale };
  const problems = [
    ...(capture ? nonsense([...capture.turns, ...capture.saturation], contenders) : []),
    ...(connections ? nonsense(connections.turns, contenders) : []),
    ...(bulk ? sideBySideNonsense('bulk', bulk) : []),
    ...(tax ? sideBySideNonsense('tax', tax) : []),
    ...(terminal ? terminalNonsense(terminal) : []),
    ...(scale ? scaleNonsense(scale) : []),
  ];
  const parts = [
    capture && captureReport(capture),
    connections && captureReport(connections, connectionsTitle),
    bulk && bulkReport(bulk),
    tax && taxReport(tax),
    services && largeReport(services),
    screens && screensReport(screens),
    terminal && terminalReport(terminal),
    scale && scaleReport(scale),
  ].filter(Boolean);
  const closing = problems.length ? `cannot be right:\n${problems.map((each) => `  ${each}`).join('\n')}` : '';
  const report = [hostLines(host).join('\n'), `seed ${options.seed}`, ...parts, notMeasured, closing].filter(Boolean);
  process.stdout.write(`\n${report.join('\n\n')}\n`);
  say(`written to ${save(started, { started, host, options, ...figures, problems })}`);
  return problems.length ? 1 : 0;
}

type Rest = [BenchOptions, Scope, (line: string) => void];

const connectionsTitle = 'Short connections, one request on each: median (min–max) over the rounds';

const largePlan = ({ smoke }: BenchOptions) =>
  smoke ? { seconds: 2, memorySeconds: 8, mapRounds: 1 } : { seconds: 60, memorySeconds: 3_600, mapRounds: 9 };

/** The room for live capture; the terminal part does without it where it cannot be had. */
async function openLab(options: BenchOptions, scope: Scope): Promise<Lab | undefined> {
  try {
    const lab = await createLab(scope);
    await startNginx(lab, scope);
    return lab;
  } catch (error) {
    if (options.parts.some((part) => liveParts.includes(part))) throw error;
    say(`without live capture: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function save(started: string, result: object): string {
  const folder = fileURLToPath(new URL('../../bench-results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${started.replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(file, `${JSON.stringify(result, undefined, 1)}\n`);
  return file;
}

/** Whatever happens, the suite ends after this long. */
const limitMs = (options: BenchOptions) => (options.smoke ? 4 : 120) * 60_000;

const scope = createScope();
let ending: Promise<void> | undefined;
const end = (code: number, why?: string) => {
  if (why) say(why);
  ending ??= scope.close().finally(() => process.exit(code));
  return ending;
};
process.on('SIGINT', () => void end(130, 'interrupted: cleaning up'));
process.on('SIGTERM', () => void end(143, 'terminated: cleaning up'));
process.on('SIGHUP', () => void end(129));

try {
  const options = readFlags(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
  } else {
    setTimeout(() => void end(1, 'the time limit has passed: cleaning up'), limitMs(options)).unref();
    process.exitCode = await main(options, scope);
  }
} catch (error) {
  // Clean-up in progress pulls the ground from under whatever runs: its errors say nothing.
  if (!ending) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
await end(Number(process.exitCode ?? 0));
