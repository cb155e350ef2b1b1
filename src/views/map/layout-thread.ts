/** The way to the thread that lays graphs out. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { arrange } from './arrange.ts';
import type { Arrangement, Outline } from './arrangement.ts';

/** Beside this file as a source; beside the bundle or above its chunks as built (scripts/build.sh). */
const places = ['./layout-worker.ts', './map-layout.js', '../map-layout.js'];

export interface LayoutThread {
  /** Calls back with the arrangement unless another was asked for meanwhile. */
  ask(outline: Outline, done: (arrangement: Arrangement) => void): void;
}

/** Begins the thread with the first question. Where none can be had, the work is done here. */
export function createLayoutThread(): LayoutThread {
  let worker: Worker | undefined;
  let asked = 0;
  let answered = 0;
  let pending: { readonly outline: Outline; readonly done: (arrangement: Arrangement) => void } | undefined;

  const here = () => {
    const job = pending;
    pending = undefined;
    if (job) setImmediate(() => job.done(arrange(job.outline)));
  };
  const start = (): Worker | undefined => {
    const file = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
    if (file === undefined) return undefined;
    // Node reads the source itself: a loader of the main thread's would have to be started, and ended, with it.
    const thread = new Worker(file, { execArgv: [] });
    thread.on('message', (arrangement: Arrangement) => {
      answered += 1;
      if (answered !== asked) return;
      const job = pending;
      pending = undefined;
      job?.done(arrangement);
    });
    thread.on('error', () => {
      worker = undefined;
      answered = asked;
      here();
    });
    // It must not keep the program from ending. Last: a listener holds on to the thread anew.
    thread.unref();
    return thread;
  };
  return {
    ask(outline, done) {
      pending = { outline, done };
      worker ??= start();
      if (!worker) return here();
      asked += 1;
      worker.postMessage(outline);
    },
  };
}
