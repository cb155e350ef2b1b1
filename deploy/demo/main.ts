import { appErrorToData, toAppError } from '../../src/domain/errors.ts';
import { runDemo } from './demo.ts';
import { removeDemo } from './leftovers.ts';
import { type Command, help, parseCommand } from './options.ts';
import { runPod } from './roles/run.ts';

let announced = false;

/** The process contract: exactly one JSON line on stdout says how the start went. */
function announce(line: object): void {
  if (announced) return;
  announced = true;
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function run(command: Command): Promise<void> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(help);
      return;
    case 'pod':
      return runPod(command.pod, command.options);
    case 'sweep':
      return removeDemo(command.name);
    case 'demo':
      return runDemo(command.options, announce);
  }
}

// Whoever started this may not read what it says.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

try {
  await run(parseCommand(process.argv.slice(2)));
  process.exitCode ??= 0;
} catch (thrown) {
  const error = toAppError(thrown);
  announce({ ready: false, error: appErrorToData(error) });
  process.stderr.write(`demo: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
process.exit();
