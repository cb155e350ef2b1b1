/** What must be undone, undone in reverse order, once, whatever happens. */

export interface Scope {
  /**
   * Registers an undo; errors in it are reported on stderr and do not stop the others. On a scope that is closing the
   * undo runs at once and an Error is thrown: nothing new may begin.
   */
  defer(what: string, undo: () => void | Promise<void>): void;
  /** A part of this scope that can end earlier. Throws an Error on a scope that is closing. */
  child(): Scope;
  close(): Promise<void>;
}

export function createScope(): Scope {
  const undos: { what: string; undo: () => void | Promise<void> }[] = [];
  let closing = false;
  const attempt = async (what: string, undo: () => void | Promise<void>) => {
    try {
      await undo();
    } catch (error) {
      process.stderr.write(`clean-up of ${what} failed: ${String(error)}\n`);
    }
  };
  const scope: Scope = {
    defer: (what, undo) => {
      if (closing) {
        void attempt(what, undo);
        throw new Error(`${what}: the run is ending`);
      }
      undos.push({ what, undo });
    },
    child: () => {
      const inner = createScope();
      scope.defer('inner scope', inner.close);
      return inner;
    },
    close: async () => {
      closing = true;
      for (let next = undos.pop(); next; next = undos.pop()) await attempt(next.what, next.undo);
    },
  };
  return scope;
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Polls until `check` gives a value; throws naming `what` after `timeoutMs`. */
export async function until<Value>(
  what: string,
  check: () => Value | undefined | false,
  timeoutMs = 10_000,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = check();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await sleep(20);
  }
}
