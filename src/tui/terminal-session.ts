/** Puts the terminal back as it was, however the program ends; hands it to the shell on ctrl-z and takes it back. */
import type { TtyWriter } from './tty-writer.ts';

/** End of synchronized update, bracketed paste off, primary screen, cursor shown, no attributes. */
const restoreSequence = '\x1b[?2026l\x1b[?2004l\x1b[?1049l\x1b[?25h\x1b[0m';

export interface RawInput {
  setRawMode?(isRaw: boolean): unknown;
}

/**
 * Restores the terminal when the process exits without having left the screen in order (a crash, process.exit).
 * Returns a function to call once the screen was left in order.
 */
export function guardTerminal(tty: TtyWriter, stdin: RawInput): () => void {
  const restore = () => {
    tty.writeNow(restoreSequence);
    try {
      stdin.setRawMode?.(false);
    } catch {
      // The terminal is gone (hang-up): there is nothing to restore.
    }
  };
  process.on('exit', restore);
  return () => process.off('exit', restore);
}

/** Ink's way to give the terminal up and take it back with a full repaint. */
export type Release = () => Promise<{ readonly resume: () => Promise<void> }>;

/**
 * Stops the whole job as ctrl-z does in a shell, and comes back on SIGCONT. Where nothing can stop it (no job control),
 * it comes back by itself after a moment.
 */
export async function suspendJob(tty: TtyWriter, release: Release): Promise<void> {
  const { resume } = await release();
  await tty.drained(1_000);
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      process.off('SIGCONT', done);
      resolve();
    };
    process.once('SIGCONT', done);
    // Timers stand still while the process is stopped, so this one fires soon after it was continued, or never stopped.
    const timer = setTimeout(done, 300);
    process.kill(0, 'SIGTSTP');
  });
  tty.refreshSize();
  await resume();
}
