/** Which connections are open in the cgroups that are watched, whether or not anything passes on them. */
import type { Policy } from '../capture/source.ts';

/** Established TCP sockets found until captured `time`. */
export interface Survey {
  readonly time: number;
  /** Ids of cgroups of which all sockets were found: another that was open there is no more. */
  readonly cgroups: readonly number[];
  /** "CGROUP-ID ADDRESS PORT ADDRESS PORT", the local end first. */
  readonly sockets: readonly string[];
}

export interface Surveys {
  /** Those that came to an end until captured `time`, each once and oldest first. `policies`: what is watched now. */
  take(time: number, policies: readonly Policy[]): readonly Survey[];
  stop(): void;
}

/** `surveys`, each of which is told to `tell` too: the recording. */
export function createToldSurveys(surveys: Surveys, tell: (survey: Survey) => void): Surveys {
  return {
    take(time, policies) {
      const taken = surveys.take(time, policies);
      for (const survey of taken) tell(survey);
      return taken;
    },
    stop: surveys.stop,
  };
}
