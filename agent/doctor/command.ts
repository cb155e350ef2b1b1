import { parseArgs } from 'node:util';
import { AppError } from '../../src/domain/errors.ts';
import { runDoctor } from './doctor.ts';
import { renderJson, renderText } from './render.ts';

const help = `usage: kelpie doctor [-o text|json]

Checks what Kelpie needs on this machine and says what to do about what is missing.
Exits with 0 when live capture works here, with 3 when it does not.
`;

/**
 * `doctor [-o json|text]`: prints the report on stdout.
 * @returns the exit code. @throws AppError `usage`.
 */
export async function doctorCommand(argv: readonly string[]): Promise<number> {
  const { output, wantsHelp } = parse(argv);
  if (wantsHelp) return print(help, 0);
  const report = await runDoctor();
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const text = output === 'json' ? renderJson(report) : renderText(report, color).join('\n');
  return print(`${text}\n`, report.captureWorks ? 0 : 3);
}

function parse(argv: readonly string[]): { readonly output: string; readonly wantsHelp: boolean } {
  const options = {
    output: { type: 'string', short: 'o', default: 'text' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { output, help: wantsHelp } = parseArgs({ args: [...argv], options }).values;
    if (output === 'text' || output === 'json') return { output, wantsHelp };
    throw new Error(`-o takes text or json, not "${output}"`);
  } catch (error) {
    throw new AppError('usage', { detail: `doctor: ${error instanceof Error ? error.message : error}` });
  }
}

/** Resolves when the text is out: a pipe may take it in pieces, and the caller exits next. */
function print(text: string, code: number): Promise<number> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve(code)));
}
