/** Samples that somebody else hears of too: the recording. */
import type { ResourceSample, ResourceSamples } from './sample.ts';

export function createToldSamples(samples: ResourceSamples, tell: (sample: ResourceSample) => void): ResourceSamples {
  return {
    ...samples,
    start(onSample, isWanted) {
      samples.start((sample) => {
        tell(sample);
        onSample(sample);
      }, isWanted);
    },
  };
}
