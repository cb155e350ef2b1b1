/** Filter text → Filter. The one door to the filter language; grammar: docs/filter.md. */
import { compile } from './compile.ts';
import { FilterFault } from './fault.ts';
import type { ParseFilter } from './filter.ts';
import { readSyntax } from './syntax.ts';

export const parseFilter: ParseFilter = (table, text) => {
  try {
    const { test, needsPayload } = compile(table, readSyntax(text));
    return { ok: true, filter: { text, needsPayload, matches: test } };
  } catch (thrown) {
    if (!(thrown instanceof FilterFault)) throw thrown;
    const { at, length, message: reason } = thrown;
    return { ok: false, error: { at, length, reason } };
  }
};
