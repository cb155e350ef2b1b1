/** What runs in a cgroup, where an API server told it: written to the recording, since paths alone do not tell it again. */
import type { WorkloadResolver } from './attribution/workload.ts';
import type { RecordingFacts } from './capture/recording-facts.ts';
import type { RecordingFact } from './capture/recording-format.ts';

/** Facts remembered as told; past it they are told again. */
const remembered = 10_000;

/** `resolver`, each of whose answers is told to `tell` once. */
export function createRecordedWorkloads(
  resolver: WorkloadResolver,
  tell: (fact: RecordingFact) => void,
): WorkloadResolver {
  const told = new Map<string, string>();
  return (path) => {
    const workload = resolver(path);
    if (!workload?.pod || workload.namespace === null) return workload;
    const { namespace, pod, container } = workload;
    const text = `${pod} ${container}`;
    if (told.get(path) !== text) {
      if (told.size >= remembered) told.clear();
      told.set(path, text);
      tell({ kind: 'workload', path, namespace, pod, container });
    }
    return workload;
  };
}

/** The same answers, out of the recording. */
export function createReplayedWorkloads(facts: Pick<RecordingFacts, 'workloadOf'>): WorkloadResolver {
  return (path) => {
    const workload = facts.workloadOf(path);
    return workload && { namespace: workload.namespace, pod: workload.pod, container: workload.container, unit: null };
  };
}
