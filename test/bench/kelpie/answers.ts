/** What a reader of an agent saw, and how it counts as captured. */
import type { Harvest } from '../contenders/contender.ts';
import { compareCounts, createSightings } from '../sequence.ts';

/** Client port, request target, response status (0 = unanswered). */
export type SeenRow = readonly [number, string, number];

/** Rows that a reader asks for: every one, every one with headers and bodies, as many as a terminal takes, none. */
export type WantedRows = 'all' | 'payload' | 'limited' | 'none';

export interface Answers {
  readonly rows: readonly SeenRow[];
  /** Exchanges by the summaries, and those that summaries say were left out. */
  readonly counted: { readonly requests: number; readonly sampledOut: number };
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

/** Every exchange is looked for among the rows, or, where not every row was asked for, counted by the summaries. */
export function readAnswers(answers: Answers, wanted: WantedRows): Harvest {
  const sightings = createSightings();
  for (const [port, target, status] of answers.rows) {
    sightings.request(port, target);
    if (status > 0) sightings.response(port);
  }
  const { counted, ringRows, ringBytes, streamedBodyBytes, sampledRows, sampledBodyBytes } = answers;
  // Rows that the recent ring has let go of were sent before; they are no loss of capture.
  const losses = Object.entries(answers.losses).filter(([reason, count]) => count > 0 && reason !== 'ring-evicted');
  const isEveryRow = wanted === 'all' || wanted === 'payload';
  return {
    sightings: isEveryRow ? sightings : { compare: (sent) => compareCounts(sent, counted.requests) },
    losses: { ...Object.fromEntries(losses), ...(counted.sampledOut > 0 && { sampled: counted.sampledOut }) },
    notes: {
      ...answers.totals,
      summarised: counted.requests,
      sampledOut: counted.sampledOut,
      ringRows,
      ringBytes,
      streamedBodyBytes,
      sampledRows,
      // Nothing is said of bodies where no rows were asked for.
      ...(wanted !== 'none' && { bodyBytesPerSampledRow: sampledRows ? sampledBodyBytes / sampledRows : 0 }),
    },
  };
}
