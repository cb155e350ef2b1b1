/** The benchmark suite: `npm run bench`. Method and how to read it: docs/benchmarks.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCapture } from './capture.ts';
import { nonsense } from './capture-figures.ts';
import { captureReport } from './capture-report.ts';
import { contenders } from './contenders/all.ts';
import { type BenchOptions, readFlags, usage } from './flags.ts';
import { describeHost, hostLines } from './host.ts';
import { missingTools } from './kelpie/product.ts';
import { createLab, type Lab } from './lab/lab.ts';
import { createScope, type Scope } from './scope.ts';
import { startNginx } from './servers.ts';
import { terminalNonsense } from './terminal/nonsense.ts';
import { terminalReport } from './terminal/report.ts';
import { runTerminal } from './terminal/run.ts';

const notMeasured = [
  'Not measured: latency seen by the clients (the parties share too few cores), TLS, large bodies, many short connections,',
  'more than one node, an agent with hours of history.',
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
  const capture = options.parts.includes('capture') && lab ? await runCapture(lab, options, scope, say) : undefined;
  const terminal = options.parts.includes('terminal') ? await runTerminal(lab, options, scope, say) : undefined;

  const problems = [
    ...(capture ? nonsense([...capture.turns, ...capture.saturation], contenders) : []),
    ...(terminal ? terminalNonsense(terminal) : []),
  ];
  const parts = [capture && captureReport(capture), terminal && terminalReport(terminal)].filter(Boolean);
  const closing = problems.length ? `cannot be right:\n${problems.map((each) => `  ${each}`).join('\n')}` : '';
  const report = [hostLines(host).join('\n'), `seed ${options.seed}`, ...parts, notMeasured, closing].filter(Boolean);
  process.stdout.write(`\n${report.join('\n\n')}\n`);
  say(`written to ${save(started, { started, host, options, capture, terminal, problems })}`);
  return problems.length ? 1 : 0;
}

/** The room for live capture; the terminal part does without it where it cannot be had. */
async function openLab(options: BenchOptions, scope: Scope): Promise<Lab | undefined> {
  try {
    const lab = await createLab(scope);
    await startNginx(lab, scope);
    return lab;
  } catch (error) {
    if (options.parts.includes('capture')) throw error;
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
