/** What rows and recordings tell of a pod. */
import { boundedLabels } from '../../src/domain/pods/labels.ts';
import { ownerText, type PodIdentity } from '../../src/kubernetes/pod-identity.ts';
import type { RecordedPod } from '../capture/recording-format.ts';

/** @param time captured, ns */
export function podFactOf(pod: PodIdentity, time: number): RecordedPod {
  const { uid, namespace, name, owner, labels, phase, isHostNetwork } = pod;
  return {
    time,
    uid,
    namespace,
    pod: `${namespace}/${name}`,
    owner: ownerText(owner),
    labels: boundedLabels(labels),
    phase,
    hostNetwork: isHostNetwork,
  };
}
