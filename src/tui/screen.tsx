/** A React tree on a terminal: Ink lays out and listens to keys, the painter writes. */
import { type Instance, render } from 'ink';
import type { ReactNode } from 'react';
import { createFramePainter } from './paint/frame-painter.ts';
import { InkOutput } from './paint/ink-output.ts';
import { createStandIns, StandInContext } from './paint/stand-ins.ts';
import type { TtyWriter } from './tty-writer.ts';

export interface Screen {
  /** Takes the tree off the screen and leaves it. */
  close(): void;
  /** Resolves when the screen was left, by `close` or through Ink's `useApp`. */
  closed(): Promise<void>;
  /** Paints everything anew, e.g. after another program wrote over it. */
  repaint(): void;
  /** Resolves when every change so far has been written. */
  settled(): Promise<void>;
}

/** Shows the tree on the alternate screen. `stdin` is in raw mode while the tree listens. */
export function openScreen(tree: ReactNode, tty: TtyWriter, stdin: NodeJS.ReadStream): Screen {
  const standIns = createStandIns();
  const painter = createFramePainter(tty, standIns);
  const output = new InkOutput(tty, painter);
  const instance: Instance = render(<StandInContext value={standIns}>{tree}</StandInContext>, {
    stdout: output as unknown as NodeJS.WriteStream,
    stdin,
    interactive: true,
    alternateScreen: true,
    // Each frame comes whole and at once; what of it is written, and when, the painter knows best.
    debug: true,
    isScreenReaderEnabled: false,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  return {
    close: () => instance.unmount(),
    async closed() {
      try {
        await instance.waitUntilExit();
      } finally {
        output.destroy();
      }
    },
    repaint: painter.repaint,
    async settled() {
      await instance.waitUntilRenderFlush();
      await painter.idle();
      await tty.drained(5_000);
    },
  };
}
