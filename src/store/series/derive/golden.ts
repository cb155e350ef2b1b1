/** Rate, errors and latency of a group: the columns of src/domain/tables/shared/golden.ts. */
import type { RowOf } from '../../../domain/column.ts';
import type { goldenColumns } from '../../../domain/tables/shared/golden.ts';
import type { Fold, Group, Part } from '../fold.ts';
import { requestSums } from '../kinds.ts';
import { p99Series, rateSeries, type Stretch } from './derivation.ts';

export type Golden = RowOf<typeof goldenColumns>;

const shares = [0.5, 0.9, 0.99];

/** @param part which of the group's parts counts; its first one has the steps */
export function goldenOf(fold: Fold, group: Group | undefined, stretch: Stretch): Golden {
  const part: Part | undefined = group?.parts[0];
  const sum = (at: number) => part?.sums[at] ?? 0;
  const told = sum(requestSums.requests);
  const sampledOut = sum(requestSums.sampledOut);
  const requests = told + sampledOut;
  const share = (many: number, of: number) => (of > 0 ? many / of : null);
  const [p50, p90, p99] = part?.sketch?.quantiles(shares) ?? [];
  return {
    rate: requests / stretch.seconds,
    rate_series: rateSeries(fold, group, stretch),
    errors: share(sum(requestSums.serverErrors) + sum(requestSums.failures), told),
    client_errors: share(sum(requestSums.clientErrors), told),
    p50: p50 ?? null,
    p90: p90 ?? null,
    p99: p99 ?? null,
    p99_series: p99Series(fold, group, stretch),
    requests,
    in_bytes: part ? sum(requestSums.requestBytes) / stretch.seconds : null,
    out_bytes: part ? sum(requestSums.responseBytes) / stretch.seconds : null,
    sampled: share(sampledOut, requests),
  };
}

/** Sums of which a step of the rate consists. */
export const rateSums = [
  [0, requestSums.requests],
  [0, requestSums.sampledOut],
] as const;
