/** Keys from Ink, split into single presses. */
import { useInput, usePaste } from 'ink';
import { type KeyPress, keyPresses, pastePress } from './keys.ts';

/** Calls `onKeys` with the presses of one chunk of input, in order, so that one repaint can answer them all. */
export function useKeys(onKeys: (presses: readonly KeyPress[]) => void): void {
  useInput((input, key) => {
    const presses = keyPresses(input, key);
    if (presses.length > 0) onKeys(presses);
  });
  usePaste((text) => onKeys([pastePress(text)]));
}
