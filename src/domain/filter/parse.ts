/** Filter text → Filter. The one door to the filter language; grammar: docs/filter.md. */
import { namesAlone } from '../pods/pod-facts.ts';
import { compile, payloadUnknown } from './compile.ts';
import { FilterFault } from './fault.ts';
import type { ParseFilter } from './filter.ts';
import { namesUnknown } from './names-unknown.ts';
import { readSyntax } from './syntax.ts';

export const parseFilter: ParseFilter = (table, text, pods = namesAlone) => {
  try {
    const tree = readSyntax(text);
    const { test, needsPayload, asksPods } = compile(table, tree, undefined, pods);
    return {
      ok: true,
      filter: {
        text,
        needsPayload,
        asksPods,
        matches: test,
        mayMatch: needsPayload ? compile(table, tree, payloadUnknown, pods).test : test,
        mayMatchNamed: compile(table, tree, namesUnknown(table, pods), pods).test,
      },
    };
  } catch (thrown) {
    if (!(thrown instanceof FilterFault)) throw thrown;
    const { at, length, message: reason } = thrown;
    return { ok: false, error: { at, length, reason } };
  }
};
