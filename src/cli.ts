#!/usr/bin/env node
/** Entry of the `kelpie` command. */
import { keepCompiledCode } from './commands/code-cache.ts';
import { reportFailure } from './commands/fail.ts';
import { createProgram, fromCommander, type Run } from './commands/program.ts';

/** Node's oldest major version that has what the bundles use (package.json, engines). */
const oldestNode = 22;

async function main(args: readonly string[]): Promise<number | undefined> {
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    process.stderr.write(`kelpie: needs Node ${oldestNode} or newer, this is ${process.versions.node}.\n`);
    return 1;
  }
  keepCompiledCode(process.env);
  let run: Run | undefined;
  const program = createProgram(process.env.KELPIE_VERSION ?? 'development', (wanted) => {
    run = wanted;
  });
  try {
    program.parse(args, { from: 'user' });
    return await run?.();
  } catch (thrown) {
    const failure = fromCommander(thrown);
    // Help and version may still be on their way into a pipe: the process ends by itself.
    return failure === undefined ? undefined : reportFailure(failure);
  }
}

// `kelpie --help | head`: nobody reads on, which is no error. A command that prints data listens for itself, too.
process.stdout.on('error', () => undefined);

const exitCode = await main(process.argv.slice(2));
if (exitCode !== undefined) process.exit(exitCode);
