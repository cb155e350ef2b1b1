import { toAppError } from '../../src/domain/errors.ts';
import { runDemo } from './demo.ts';
import { removeDemo } from './leftovers.ts';
import { type Command, help, parseCommand } from './options.ts';
import { runRole } from './roles/run.ts';

/** The process contract: one JSON line on stdout says how the start went. */
function announce(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function run(command: Command): Promise<void> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(help);
      return;
    case 'role':
      return runRole(command.role, command.options);
    case 'sweep':
      return removeDemo(command.name);
    case 'demo':
      return runDemo(command.options, announce);
  }
}

try {
  await run(parseCommand(process.argv.slice(2)));
  process.exitCode ??= 0;
} catch (thrown) {
  const error = toAppError(thrown);
  announce({ ready: false, error: { code: error.code, context: error.context } });
  process.stderr.write(`demo: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
process.exit();
