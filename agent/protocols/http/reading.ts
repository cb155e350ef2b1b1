/** What every connection of HTTP is read with. */
import { BytePool } from '../byte-pool.ts';
import { RowMemory } from '../row-memory.ts';
import { HeadReader } from './head.ts';
import type { Redactor } from './redact.ts';

export interface Reading {
  readonly head: HeadReader;
  /** Memory of messages that are not finished, and of rows. */
  readonly pool: BytePool;
  readonly memory: RowMemory;
}

export function createReading(redactor: Redactor): Reading {
  return { head: new HeadReader(redactor), pool: new BytePool(), memory: new RowMemory() };
}
