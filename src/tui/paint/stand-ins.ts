/**
 * Painted lines travel through Ink as one private-use character for each block of them. Ink lays the screen out, which is what it
 * is for, but would take every line apart, measure and join it again on every frame (10,000 cells: 20 ms); what stands behind the
 * character is put in its place on the way out (frame.ts).
 */
import { createContext } from 'react';

export interface StandIns {
  /** A character that stands for nothing yet. */
  claim(): string;
  /** From the next frame on the character stands for these lines, itself being where the first of them begins. */
  set(standIn: string, painted: readonly string[]): void;
  release(standIn: string): void;
  /** The lines behind a character; undefined for any other character. */
  find(character: string): readonly string[] | undefined;
}

/** Basic Multilingual Plane, private use. */
const first = 0xe000;
const last = 0xf8ff;
const privateUse = /[\ue000-\uf8ff]/g;

export function createStandIns(): StandIns {
  const blocks = new Map<string, readonly string[]>();
  const free: string[] = [];
  let next = first;
  return {
    claim() {
      const standIn = free.pop() ?? String.fromCharCode(next++);
      if (standIn.charCodeAt(0) > last) throw new Error('more blocks on the screen than there are stand-ins');
      blocks.set(standIn, []);
      return standIn;
    },
    set: (standIn, painted) => void blocks.set(standIn, painted),
    release(standIn) {
      if (blocks.delete(standIn)) free.push(standIn);
    },
    find: (character) => blocks.get(character),
  };
}

/** Whether a character may be a stand-in. */
export function isPrivateUse(character: string): boolean {
  return character >= '\ue000' && character <= '\uf8ff';
}

/** Text of others that goes through Ink as it is must not be taken for stand-ins. */
export function withoutStandIns(text: string): string {
  return text.replace(privateUse, '\ufffd');
}

/** undefined = lines go through Ink as they are (component tests). */
export const StandInContext = createContext<StandIns | undefined>(undefined);
