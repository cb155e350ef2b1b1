/** No capture at all: the baseline; run twice a round, the second run shows how far apart two equal runs lie. */
import { type Contender, nothingSeen } from './contender.ts';

const nothing = (name: string, title: string): Contender => ({
  name,
  title,
  captures: false,
  missing: () => undefined,
  start: async () => ({ finish: async () => nothingSeen }),
});

export const baseline = nothing('nothing', 'nothing attached');
export const baselineAgain = nothing('nothing-again', 'nothing attached, again (A/A)');
