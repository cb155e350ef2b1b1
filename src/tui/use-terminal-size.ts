/** Columns and rows of the terminal, as they change. Unlike Ink's own hook it costs no second frame at the start. */
import { useStdout } from 'ink';
import { useCallback, useSyncExternalStore } from 'react';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export function useTerminalSize(): TerminalSize {
  // Ink types it as any stream; on a screen it is a terminal.
  const stdout = useStdout().stdout as NodeJS.WriteStream;
  const subscribe = useCallback(
    (listener: () => void) => {
      stdout.on('resize', listener);
      return () => void stdout.off('resize', listener);
    },
    [stdout],
  );
  // One number, because a snapshot must be equal to itself.
  const size = useSyncExternalStore(subscribe, () => (stdout.columns || 80) * scale + (stdout.rows || 24));
  return { columns: Math.floor(size / scale), rows: size % scale };
}

const scale = 100_000;
