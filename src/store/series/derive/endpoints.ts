/** `endpoints`: requests by service, method and route. */
import { endpoints } from '../../../domain/tables/derived/endpoints.ts';
import { isCounted, type Key } from '../keys.ts';
import type { Kinds } from '../kinds.ts';
import { type Derivation, knownFrom, nanos } from './derivation.ts';
import { goldenOf, rateSums } from './golden.ts';
import { createRoutes } from './routes.ts';

const counted = [0];
/** The same requests seen from the other side. */
const again: readonly number[] = [];

export function deriveEndpoints({ endpoints: kind }: Kinds): Derivation {
  const { keys, history } = kind;
  // Names that are asked for are no routes: they have tables of their own, with more to say.
  const groupOf = ({ ends, subject }: Key) =>
    subject.protocol === 'dns'
      ? undefined
      : `${ends.destinationService} ${subject.protocol} ${subject.method} ${subject.route}`;
  return {
    table: endpoints,
    folds: [
      {
        history,
        epoch: () => keys.renamed,
        parts: 1,
        sketches: [0],
        stepSums: rateSums,
        stepSketch: 0,
        route: createRoutes(keys, groupOf, (key, from, to) => (isCounted(key, 'server', from, to) ? counted : again)),
      },
    ],
    *rows(whole, fold) {
      if (!fold) return [];
      const stretch = knownFrom(whole, kind.from);
      const rows = [];
      for (const [id, group] of fold.groups) {
        if ((group.parts[0]?.cells ?? 0) === 0) continue;
        const [first] = group.keys.ids();
        const key = first === undefined ? undefined : keys.get(first);
        if (!key) continue;
        const { ends, subject } = key;
        rows.push({
          id,
          service: ends.destinationService,
          namespace: ends.destinationNamespace,
          protocol: subject.protocol,
          method: subject.method,
          route: subject.route,
          ...goldenOf(fold, group, stretch),
          time_: nanos(group.last),
        });
        yield;
      }
      return rows;
    },
  };
}
