/** What a reader of an agent saw, and how it counts as captured. */
import type { Harvest } from '../contenders/contender.ts';
import { createSightings } from '../sequence.ts';

/** Client port, request target, response status (0 = unanswered). */
export type SeenRow = readonly [number, string, number];

export interface Answers {
  readonly rows: readonly SeenRow[];
  /** Losses that the agent reports, by reason. */
  readonly losses: Readonly<Record<string, number>>;
  readonly totals: Readonly<Record<string, number>>;
  readonly ringRows: number;
  readonly ringBytes: number;
  /** Response body bytes that came with the rows (readers of payload only). */
  readonly streamedBodyBytes: number;
  /** The newest rows fetched one by one, and the response body bytes they hold. */
  readonly sampledRows: number;
  readonly sampledBodyBytes: number;
}

export function readAnswers(answers: Answers): Harvest {
  const sightings = createSightings();
  for (const [port, target, status] of answers.rows) {
    sightings.request(port, target);
    if (status > 0) sightings.response(port);
  }
  const { ringRows, ringBytes, streamedBodyBytes, sampledRows, sampledBodyBytes } = answers;
  // Rows that the recent ring has let go of were sent before; they are no loss of capture.
  const losses = Object.entries(answers.losses).filter(([reason, count]) => count > 0 && reason !== 'ring-evicted');
  return {
    sightings,
    losses: Object.fromEntries(losses),
    notes: {
      ...answers.totals,
      ringRows,
      ringBytes,
      streamedBodyBytes,
      sampledRows,
      bodyBytesPerSampledRow: sampledRows ? sampledBodyBytes / sampledRows : 0,
    },
  };
}
