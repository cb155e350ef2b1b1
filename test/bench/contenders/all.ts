/** Every contender; a new one is a file and a line here. */
import { bpftrace, tcplife } from './bpftrace.ts';
import type { Contender } from './contender.ts';
import { httpry } from './httpry.ts';
import {
  kelpie,
  kelpieElsewhere,
  kelpieEverywhere,
  kelpieIdle,
  kelpiePayload,
  kelpieSummaries,
  kelpieTerminal,
} from './kelpie.ts';
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
  tcplife,
  bpftrace,
];

/** For what nobody watches (tax.ts); not part of the tables of capture. */
export const everywhere = [baseline, baselineAgain, kelpieEverywhere, kelpieElsewhere, bpftrace];
