/** Small files of /proc and the cgroup file systems: synchronous, into one buffer, because waiting for a thread costs more than reading. */
import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';

const buffer = Buffer.allocUnsafe(256 << 10);
/** The kernel hands these files over by the page: a read that brings less than half of one was the last. */
const lastRead = 2048;

/** The file's text (of a longer file the beginning); undefined for what is gone or not ours to read. */
export function readText(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    let length = 0;
    for (;;) {
      const read = readSync(file, buffer, length, buffer.length - length, null);
      length += read;
      if (read < lastRead || length === buffer.length) return buffer.toString('latin1', 0, length);
    }
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** The files of a directory, read again and again. One that is missing is not looked for each time: that costs more than reading it. */
export interface Files {
  text(name: string): string | undefined;
  /** Of a file that holds a number; undefined also for "max". */
  number(name: string): number | undefined;
  /** Looks for the missing ones again. */
  forget(): void;
}

export function createFiles(directory: string): Files {
  const missing = new Set<string>();
  const text = (name: string): string | undefined => {
    if (missing.has(name)) return undefined;
    const content = readText(`${directory}/${name}`);
    if (content === undefined) missing.add(name);
    return content;
  };
  return { text, number: (name) => numberIn(text(name)), forget: () => missing.clear() };
}

export function numberIn(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The number behind `key` at the beginning of a line ("usage_usec 42"). */
export function fieldOf(text: string | undefined, key: string): number | undefined {
  if (text === undefined) return undefined;
  const at = text.startsWith(`${key} `) ? 0 : text.indexOf(`\n${key} `) + 1;
  if (at === 0 && !text.startsWith(`${key} `)) return undefined;
  const from = at + key.length + 1;
  const end = text.indexOf('\n', from);
  return numberIn(text.slice(from, end < 0 ? undefined : end));
}

export function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

export function subdirectories(path: string): string[] {
  try {
    // Its name and its own ".": each directory below would be one more.
    if (statSync(path).nlink === 2) return [];
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
