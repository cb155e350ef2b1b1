/** Samples out of a recording, each when its time has come. */
import type { ResourceSample, ResourceSamples } from './sample.ts';

/** `takeUntil` takes what was recorded up to a captured time (agent/capture/recording-facts.ts). */
export function createRecordedSamples(takeUntil: (time: number) => readonly RecordedSample[]): ResourceSamples {
  let tell: (sample: ResourceSample) => void = () => {};
  return {
    start(onSample) {
      tell = onSample;
    },
    tick(time) {
      for (const sample of takeUntil(time)) if (isSample(sample)) tell(sample);
    },
    stop() {},
  };
}

/** As recordings hold it. */
interface RecordedSample extends Omit<ResourceSample, 'table'> {
  readonly table: string;
}

function isSample(sample: RecordedSample): sample is ResourceSample {
  return sample.table === 'process_stats' || sample.table === 'network_stats';
}
