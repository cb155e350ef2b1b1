/** Rows of `pod_info`: each pod as it is now when something of it has changed, and only where that may be told. */
import type { PodRegister } from '../src/domain/pods/pod-register.ts';
import type { Table } from '../src/domain/table.ts';
import { type PodInfo, podInfo } from '../src/domain/tables/pod-info.ts';
import { createLruMap } from './attribution/lru-map.ts';
import type { RecordedPod } from './capture/recording-format.ts';

export interface PodInfoOptions {
  /** Pods of which something was heard until captured `time`, each once. */
  takeUntil(time: number): readonly RecordedPod[];
  readonly node: string;
  /** Unix ns of a captured time. */
  wallTime(time: number): bigint;
  /** What this agent knows of pods from then on. */
  readonly pods: Pick<PodRegister, 'putRow'>;
  put(table: Table, row: PodInfo): void;
  /** Whether anything may be told of a pod at the moment. */
  mayTell(pod: string): boolean;
  /** It was told of: the recording. */
  note(pod: RecordedPod): void;
}

export interface PodInfoRows {
  tick(time: number): void;
  /** Others may be told of now. */
  retry(): void;
}

/** Pods remembered as they were told, those that are gone included: a node has some hundred at a time. */
const remembered = 4096;

export function createPodInfo(options: PodInfoOptions): PodInfoRows {
  const told = createLruMap<string, string>(remembered);
  const heldBack = new Map<string, RecordedPod>();

  function tell(fact: RecordedPod): void {
    const { time, ...known } = fact;
    const { uid, namespace, pod, owner, labels, phase, hostNetwork } = known;
    heldBack.delete(uid);
    if (!options.mayTell(pod)) {
      if (heldBack.size < remembered) heldBack.set(uid, fact);
      return;
    }
    const text = JSON.stringify(known);
    if (told.get(uid) === text) return;
    told.set(uid, text);
    const row = {
      time_: options.wallTime(time),
      id: uid,
      node: options.node,
      namespace,
      pod,
      uid,
      owner,
      labels,
      phase,
      host_network: hostNetwork,
    };
    options.pods.putRow(row);
    options.put(podInfo, row);
    options.note(fact);
  }

  return {
    tick(time) {
      for (const fact of options.takeUntil(time)) tell(fact);
    },
    retry() {
      for (const fact of [...heldBack.values()]) tell(fact);
    },
  };
}
