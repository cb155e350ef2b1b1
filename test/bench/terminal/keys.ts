/** Keypress → painted: types into a prompt letter by letter and dates the bytes that made each letter show. */

import { sleep } from '../scope.ts';
import { createRandom } from '../stats.ts';
import type { KeyFigures } from './figures.ts';
import type { MeteredTerminal } from './metered.ts';

/** Letters typed before the prompt is emptied again. */
const word = 8;

/**
 * Types `count` letters at irregular moments (30–130 ms apart, so that they fall anywhere between two paints).
 * `open` and `shut` are the keys that open and leave the prompt.
 */
export async function measureKeys(
  terminal: MeteredTerminal,
  what: string,
  { count, open, shut }: { count: number; open: string; shut: string },
): Promise<KeyFigures> {
  const random = createRandom(7);
  const ms: number[] = [];
  let unseen = 0;
  for (let typed = 0; typed < count; ) {
    if (open) terminal.press(open);
    await sleep(300);
    let text = '';
    for (let letter = 0; letter < word && typed < count; letter += 1, typed += 1) {
      // Consonants only: no word of the screen, no command, no completion begins like this.
      text += 'qxzjkvwq'[letter] ?? 'q';
      await sleep(30 + random() * 100);
      const pressed = performance.now();
      terminal.press(text.at(-1) ?? '');
      try {
        ms.push((await terminal.whenShown((screen) => screen.some((line) => line.includes(text)), 1_000)) - pressed);
      } catch {
        unseen += 1;
      }
    }
    terminal.press(shut);
    await sleep(150);
  }
  return { what, ms, unseen };
}
