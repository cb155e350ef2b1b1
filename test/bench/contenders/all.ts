/** Every contender; a new one is a file and a line here. */
import type { Contender } from './contender.ts';
import { httpry } from './httpry.ts';
import { kelpie, kelpieIdle, kelpiePayload, kelpieSummaries, kelpieTerminal } from './kelpie.ts';
import { baseline, baselineAgain } from './nothing.ts';
import { tcpdump } from './tcpdump.ts';
import { tshark } from './tshark.ts';

export const contenders: readonly Contender[] = [
  baseline,
  baselineAgain,
  kelpieIdle,
  kelpieSummaries,
  kelpieTerminal,
  kelpie,
  kelpiePayload,
  tcpdump,
  httpry,
  tshark,
];
