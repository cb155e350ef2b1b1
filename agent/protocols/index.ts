/** The registry of protocols: one line each. */
import { http } from './http/protocol.ts';
import type { Protocol } from './protocol.ts';

export const protocols: readonly Protocol[] = [http];
