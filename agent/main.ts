/**
 * The agent process. Tells whoever started it, on one JSON line of standard output, that it is up, or why it is not; a person at a
 * terminal is told in words. Everything else goes to standard error.
 */
import { type AppError, appErrorToData, toAppError } from '../src/domain/errors.ts';
import { type Agent, startAgent } from './agent.ts';
import { doctorCommand } from './doctor/command.ts';
import { type AgentOptions, parseAgentOptions, usage } from './options.ts';
import { ensureMemorySettings } from './process-memory.ts';
import { version } from './status.ts';

/** A stop that takes longer than this is cut short, ms. */
const stopMs = 900;

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'doctor') return await doctorCommand(argv.slice(1));
  const options = parseAgentOptions(argv);
  if (options === 'help') return print(usage);
  if (options === 'version') return print(`${version}\n`);
  ensureMemorySettings();
  return await run(options);
}

async function run(options: AgentOptions): Promise<number> {
  const end = endOfLife(options);
  const agent = await startAgent(options);
  const { address, node, source } = agent;
  announce(
    { ready: true, address, node, source, pid: process.pid, version },
    `listening on ${address}, nothing is captured until somebody looks: kelpie --agents ${address}`,
  );
  try {
    await Promise.race([end, agent.done]);
  } finally {
    await stopWithin(agent, stopMs);
  }
  return 0;
}

/** Resolves when the agent is told to end: by a signal, or by the end of standard input, which comes even when the parent was killed. */
function endOfLife({ stdinWatch }: AgentOptions): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve());
    if (!stdinWatch) return;
    process.stdin
      .on('end', resolve)
      .on('close', resolve)
      .on('error', () => resolve());
    process.stdin.resume();
  });
}

async function stopWithin(agent: Agent, ms: number): Promise<void> {
  await Promise.race([agent.stop(), new Promise((resolve) => setTimeout(resolve, ms).unref())]);
}

let announced = false;

function announce(line: object, inWords: string): void {
  if (announced) return;
  announced = true;
  if (process.stdout.isTTY) {
    process.stderr.write(`kelpie agent: ${inWords}\n`);
    return;
  }
  // Whoever started us may not read it.
  process.stdout.on('error', () => {});
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function fail(error: AppError): never {
  announce({ ready: false, error: appErrorToData(error) }, error.message);
  if (!process.stdout.isTTY) process.stderr.write(`kelpie agent: ${error.message}\n`);
  process.exit(error.exitCode);
}

process.on('uncaughtException', (thrown) => fail(toAppError(thrown)));
process.on('unhandledRejection', (thrown) => fail(toAppError(thrown)));
process.stderr.on('error', () => {});

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (thrown) => fail(toAppError(thrown)),
);
