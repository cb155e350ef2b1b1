/** Data on its way to standard output: knows when the reader is slow, and when it is gone (`| head`). */

export interface StandardOutput {
  /** Queues text. */
  write(text: string): void;
  /** Resolves when the reader closed its end: nobody wants more. */
  readonly closed: Promise<void>;
  readonly isClosed: () => boolean;
  /** Resolves when everything was handed to the system, the reader is gone, or the signal aborts. */
  flushed(signal: AbortSignal): Promise<void>;
}

export interface Pace {
  /** The reader is behind: send no more for now. */
  pause(): void;
  resume(): void;
}

/** Wraps process.stdout. On Linux, writes to a pipe never block the event loop, so leases are renewed while a pager waits. */
export function openStandardOutput(pace: () => Pace | undefined): StandardOutput {
  const { stdout } = process;
  let gone = false;
  let paused = false;
  const closed = new Promise<void>((resolve) => {
    stdout.on('error', () => {
      gone = true;
      resolve();
    });
  });
  const resume = () => {
    if (!paused) return;
    paused = false;
    pace()?.resume();
  };
  stdout.on('drain', resume);

  return {
    write(text) {
      if (gone || text === '') return;
      if (stdout.write(text) || paused) return;
      paused = true;
      pace()?.pause();
    },
    closed,
    isClosed: () => gone,
    flushed(signal) {
      if (gone) return Promise.resolve();
      const written = new Promise<void>((resolve) => stdout.write('', () => resolve()));
      const aborted = new Promise<void>((resolve) => {
        if (signal.aborted) setTimeout(resolve, 500).unref();
        else signal.addEventListener('abort', () => setTimeout(resolve, 500).unref(), { once: true });
      });
      return Promise.race([written, closed, aborted]);
    },
  };
}
