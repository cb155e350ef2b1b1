/** Where an agent's events come from, and what depends on that. */

import type { AppError } from '../src/domain/errors.ts';
import type { ObjectWatch } from '../src/kubernetes/object-watch.ts';
import type { AddressBook } from './attribution/address-book.ts';
import type { Processes } from './attribution/processes.ts';
import { createPodsBelow } from './attribution/resolvers/pods-below.ts';
import { systemd } from './attribution/resolvers/systemd.ts';
import type { WorkloadResolver } from './attribution/workload.ts';
import type { RecordedLeftOut, RecordedPod } from './capture/recording-format.ts';
import { createRecordingSource } from './capture/recording-source.ts';
import type { RecordingWriter } from './capture/recording-writer.ts';
import type { CaptureSource } from './capture/source.ts';
import type { NamespaceWatch } from './kubernetes/namespace-watch.ts';
import type { NodeWatch } from './kubernetes/node-watch.ts';
import type { PodBook } from './kubernetes/pod-book.ts';
import type { LeasesOptions } from './leases.ts';
import type { AgentOptions } from './options.ts';
import type { PolicyFile } from './policy/policy-file.ts';
import { createReplayedProcesses } from './recorded-processes.ts';
import { createReplayedWorkloads } from './recorded-workloads.ts';
import { createRecordedSamples } from './resources/recorded-samples.ts';
import type { ResourceSamples } from './resources/sample.ts';
import type { Surveys } from './survey/surveys.ts';

export interface Session {
  readonly source: CaptureSource & { readonly problem?: AppError | undefined };
  readonly resolvers: readonly WorkloadResolver[];
  readonly processes: Processes;
  readonly addresses: AddressBook;
  readonly samples: ResourceSamples;
  /** What budgets left out: of a live source it is noted for the recording, of a recording it is taken from it. */
  readonly leftOut: {
    note(fact: RecordedLeftOut): void;
    takeUntil(time: number): readonly RecordedLeftOut[];
  };
  readonly surveys: Surveys;
  /** What became known of pods, likewise. */
  readonly podFacts: {
    note(fact: RecordedPod): void;
    takeUntil(time: number): readonly RecordedPod[];
  };
  /** Where names of pods come from an API server. */
  readonly pods?: ClusterPods | undefined;
  readonly policyFile?: PolicyFile | undefined;
  /** Of what may be captured something has changed: pods, namespaces, the file. */
  readonly onPolicyChange?: ((run: () => void) => void) | undefined;
  readonly cgroupsIn: LeasesOptions['cgroupsIn'];
  /** What protocols are told of secrets. */
  readonly redact: readonly string[] | false;
  /** Live capture never waits; a recording that is played as fast as possible waits for its readers. */
  readonly whenSlow: 'drop' | 'wait';
  readonly writer: RecordingWriter | undefined;
}

/** This node's pods by the API server, the namespaces they are in, and the node itself. */
export interface ClusterPods {
  readonly book: PodBook;
  readonly watch: ObjectWatch;
  readonly namespaces: NamespaceWatch;
  readonly node: NodeWatch;
  stop(): void;
}

/** @throws AppError as createRecordingSource */
export async function openRecording(
  options: AgentOptions,
  { file, speed }: Extract<AgentOptions['source'], { kind: 'recording' }>,
): Promise<Session> {
  const source = await createRecordingSource(file, { speed });
  const { podsBelow, redacted } = source.meta;
  return {
    source,
    resolvers: [
      createReplayedWorkloads(source.facts),
      ...(podsBelow === null ? [] : [createPodsBelow(podsBelow)]),
      systemd,
    ],
    processes: createReplayedProcesses(source.facts),
    addresses: source.facts,
    samples: createRecordedSamples(source.facts.takeResources),
    leftOut: { note() {}, takeUntil: source.facts.takeLeftOut },
    podFacts: { note() {}, takeUntil: source.facts.takePods },
    surveys: { take: source.facts.takeSurveys, stop() {} },
    cgroupsIn: () => new Map(),
    redact: options.redact === false ? false : [...options.redact, ...redacted],
    whenSlow: speed === undefined ? 'wait' : 'drop',
    writer: undefined,
  };
}
