/** A new file in the current directory. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A second file of the same second gets a number. */
const attempts = 20;

/** Writes the text, readable by its owner alone: it may hold what people send each other. Never overwrites, never throws. */
export function saveFile(name: string, text: string): { readonly path: string } | { readonly problem: string } {
  const dot = name.lastIndexOf('.');
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const path = resolve(attempt === 1 ? name : `${name.slice(0, dot)}-${attempt}${name.slice(dot)}`);
    try {
      writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
      return { path };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') return { problem: message };
    }
  }
  return { problem: `${name} and ${attempts - 1} like it are there already` };
}
