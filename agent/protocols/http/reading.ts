/** What every connection of HTTP is read with. */

import type { ExchangeFacts } from '../../stream/protocol.ts';
import { BytePool } from '../byte-pool.ts';
import { RowMemory } from '../row-memory.ts';
import { TextCache } from '../text-cache.ts';
import { createFacts } from './facts.ts';
import { HeadReader } from './head.ts';
import type { Redactor } from './redact.ts';

export interface Reading {
  readonly head: HeadReader;
  /** Memory of messages that are not finished, and of rows. */
  readonly pool: BytePool;
  readonly memory: RowMemory;
  readonly texts: TextCache;
  /** Told of every exchange that is over, with what it says filled in. */
  readonly facts: ExchangeFacts;
}

export function createReading(redactor: Redactor): Reading {
  return {
    head: new HeadReader(redactor),
    pool: new BytePool(),
    memory: new RowMemory(),
    texts: new TextCache(),
    facts: createFacts(),
  };
}
