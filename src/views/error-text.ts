/** Errors in one line for a flash, and in several for a screen. */
import { toAppError } from '../domain/errors.ts';
import { sanitizeLine } from '../domain/sanitize.ts';

/** The message of anything thrown, on one line, safe to paint. */
export function errorText(thrown: unknown): string {
  return sanitizeLine(toAppError(thrown).message.split('\n')[0] ?? '');
}
