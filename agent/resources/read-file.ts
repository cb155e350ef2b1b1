/** Small files of /proc and the cgroup file systems: synchronous, into one buffer, because waiting for a thread costs more than reading. */
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';

const buffer = Buffer.allocUnsafe(256 << 10);

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
      if (read === 0 || length === buffer.length) return buffer.toString('latin1', 0, length);
    }
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** A file that holds a number; undefined also for "max". */
export function readNumber(path: string): number | undefined {
  const text = readText(path);
  return text === undefined ? undefined : numberIn(text);
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
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
