/** Rows of `process_stats` into cells. */
import type { Row, Value } from '../../domain/column.ts';
import { noteKey } from './keys.ts';
import { containerLasts, containerSums, type Kinds, shareUnit } from './kinds.ts';
import { count, name, type Taken, text } from './request-rows.ts';

const sums = new Float64Array(Object.keys(containerSums).length);
const lasts = new Float64Array(Object.keys(containerLasts).length);

/** Containers of pods alone: what runs outside of them is in no table that is worked out. */
export function takeContainerRow({ containers }: Kinds, agent: number, time: number, row: Row): Taken {
  const pod = name(row.pod);
  if (pod === null) return 'taken';
  const key = containers.keys.take(`${agent}\n${row.id}`, agent, () => ({
    role: 'server',
    protocol: '',
    source: '',
    sourceNamespace: null,
    destination: pod,
    destinationNamespace: name(row.namespace),
    port: 0,
    transport: '',
    method: '',
    route: '',
    node: text(row.node),
    isProcess: false,
    pairing: '',
  }));
  if (!key) return 'no-room';
  noteKey(key, time);
  const isKnown = typeof row.cpu === 'number';
  sums[containerSums.readings] = 1;
  sums[containerSums.cpuReadings] = isKnown ? 1 : 0;
  sums[containerSums.cpu] = count(row.cpu) * shareUnit;
  sums[containerSums.throttled] = count(row.throttled) * shareUnit;
  lasts[containerLasts.memory] = count(row.memory);
  lasts[containerLasts.memoryShare] = share(row.memory_share);
  lasts[containerLasts.restarts] = count(row.restarts);
  return containers.history.put(agent, time, key.id, sums, lasts) ? 'taken' : 'too-much';
}

const share = (value: Value | undefined): number => (typeof value === 'number' ? value * shareUnit : Number.NaN);
