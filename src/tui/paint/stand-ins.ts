/**
 * Painted lines travel through Ink as one private-use character each. Ink lays the screen out, which is what it is for, but would take
 * every line apart, measure and join it again on every frame (10,000 cells: 20 ms); what stands behind the character is
 * put in its place on the way out (frame.ts).
 */
import { createContext } from 'react';

export interface StandIns {
  /** A character that stands for nothing yet. */
  claim(): string;
  /** From the next frame on the character stands for this line. */
  set(standIn: string, painted: string): void;
  release(standIn: string): void;
  /** The line behind a character; undefined for any other character. */
  find(character: string): string | undefined;
}

/** Basic Multilingual Plane, private use. */
const first = 0xe000;
const last = 0xf8ff;
const privateUse = /[\ue000-\uf8ff]/g;

export function createStandIns(): StandIns {
  const lines = new Map<string, string>();
  const free: string[] = [];
  let next = first;
  return {
    claim() {
      const standIn = free.pop() ?? String.fromCharCode(next++);
      // Thousands of lines on one screen: the last ones would show each other's text.
      if (standIn.charCodeAt(0) > last) throw new Error('more lines on the screen than there are stand-ins');
      lines.set(standIn, '');
      return standIn;
    },
    set: (standIn, painted) => void lines.set(standIn, painted),
    release(standIn) {
      if (lines.delete(standIn)) free.push(standIn);
    },
    find: (character) => lines.get(character),
  };
}

/** Text of others that goes through Ink as it is must not be taken for stand-ins. */
export function withoutStandIns(text: string): string {
  return text.replace(privateUse, '\ufffd');
}

/** undefined = lines go through Ink as they are (component tests). */
export const StandInContext = createContext<StandIns | undefined>(undefined);
