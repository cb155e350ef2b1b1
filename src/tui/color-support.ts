/** Which colours to use: the flag first, then FORCE_COLOR, NO_COLOR (no-color.org), then what the terminal says. */
import type { ColorDepth } from './theme.ts';

export type ColorChoice = 'auto' | 'always' | 'never';

/** `terminalBits` is what the terminal can do, as Node's `getColorDepth` reports it (1, 4, 8 or 24). */
export function chooseColorDepth(
  choice: ColorChoice,
  env: Readonly<Record<string, string | undefined>>,
  terminalBits: number,
): ColorDepth {
  const able: ColorDepth = terminalBits >= 8 ? 8 : terminalBits >= 4 ? 4 : 0;
  if (choice === 'never') return 0;
  if (choice === 'always') return able || 4;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '')
    return forced === '0' || forced === 'false' ? 0 : forced === '1' ? 4 : able || 4;
  if (env.NO_COLOR) return 0;
  if (env.TERM === 'dumb') return 0;
  return able;
}
