/** How the program ends when something is wrong: one line on stderr, an exit code, no stack trace. */
import { toAppError } from '../domain/errors.ts';
import { sanitizeText } from '../domain/sanitize.ts';

/** Tells the person and returns the exit code. `KELPIE_DEBUG=1` shows the stack and what caused it. */
export function reportFailure(thrown: unknown): number {
  if (thrown instanceof Interrupted) return thrown.exitCode;
  const error = toAppError(thrown);
  process.stderr.write(`kelpie: ${sanitizeText(error.message)}\n`);
  if (process.env.KELPIE_DEBUG) {
    const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
    process.stderr.write(`${sanitizeText(`${error.stack}${cause}`)}\n`);
  }
  return error.exitCode;
}

/** The person or the system told the program to stop; carries 128 + the signal's number. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('interrupted');
    this.exitCode = exitCode;
  }
}
