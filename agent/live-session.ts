/** The live kernel as the agent's source, with the recording of it where one is asked for. */

import { clusterConfig } from '../src/kubernetes/cluster-config.ts';
import type { ObjectWatchState } from '../src/kubernetes/object-watch.ts';
import { createProcAddressBook } from './attribution/proc-address-book.ts';
import { createProcProcesses } from './attribution/proc-processes.ts';
import { createPodsBelow } from './attribution/resolvers/pods-below.ts';
import { systemd } from './attribution/resolvers/systemd.ts';
import { workloadOf } from './attribution/workloads.ts';
import { cgroupMount } from './capture/cgroup-mount.ts';
import { layoutHash } from './capture/layout.gen.ts';
import { createLiveSource } from './capture/live.ts';
import { formatVersion, type RecordingFact } from './capture/recording-format.ts';
import { createRecordingWriter, type RecordingWriter } from './capture/recording-writer.ts';
import type { CaptureSource } from './capture/source.ts';
import { createCgroupScopes } from './cgroup-scopes.ts';
import { watchCluster } from './cluster-watches.ts';
import { createPodBook } from './kubernetes/pod-book.ts';
import { podOfCgroup } from './kubernetes/pod-cgroup.ts';
import { podFactOf } from './kubernetes/pod-fact.ts';
import type { AgentOptions } from './options.ts';
import { openPolicyFile } from './policy/policy-file.ts';
import { createRecordedAddresses } from './recorded-addresses.ts';
import { createRecordedProcesses } from './recorded-processes.ts';
import { createRecordedWorkloads } from './recorded-workloads.ts';
import { createLiveSamples } from './resources/live-samples.ts';
import { createToldSamples } from './resources/told-samples.ts';
import type { Session } from './session.ts';
import { createLiveSurveys } from './survey/live-surveys.ts';
import { createToldSurveys } from './survey/surveys.ts';

/** @throws AppError `ebpf-unavailable`, `output-file` */
export async function openLive(
  options: AgentOptions,
  live: Extract<AgentOptions['source'], { kind: 'live' }>,
  secrets: readonly string[],
): Promise<Session> {
  const mount = cgroupMount() ?? '/sys/fs/cgroup';
  const cgroup = belowMount(mount, live.cgroup);
  const podsBelow = live.podsBelow === undefined ? undefined : belowMount(mount, live.podsBelow);

  // Cgroups are learnt while the source is made, before there is a file to write them to.
  let early: RecordingFact[] = [];
  let writer: RecordingWriter | undefined;
  const tell = (fact: RecordingFact): void => {
    if (writer) writer.fact(fact);
    else if (options.record !== undefined) early.push(fact);
  };

  let policyChanged = (): void => {};
  const policyFile =
    options.policyFile === undefined ? undefined : openPolicyFile(options.policyFile, () => policyChanged());
  const cluster = live.kubernetes && {
    node: live.kubernetes.node,
    config: await clusterConfig(),
    book: createPodBook(() => policyChanged()),
  };
  const resolvers = [
    ...(cluster
      ? [options.record === undefined ? cluster.book.resolver : createRecordedWorkloads(cluster.book.resolver, tell)]
      : []),
    ...(podsBelow === undefined ? [] : [createPodsBelow(podsBelow)]),
    systemd,
  ];

  const source = createLiveSource({
    cgroupPath: cgroup,
    selfPid: process.pid,
    node: cluster?.node,
    ...(cluster && { isContainer: (path: string) => (podOfCgroup(path)?.containerId ?? null) !== null }),
    ...(options.record !== undefined && {
      onBatch: (bytes: Uint8Array) => writer?.batch(bytes, source.now()),
    }),
    onMeta({ cgroupId, path }) {
      tell({ kind: 'cgroup', id: cgroupId, path });
      // A container is being made: its limit is in the kernel before it talks.
      if (cluster) policyChanged();
    },
  });
  try {
    if (options.record !== undefined) writer = await startWriter(options.record, source, podsBelow, secrets);
  } catch (thrown) {
    source.close();
    throw thrown;
  }
  for (const fact of early) writer?.fact(fact);
  early = [];

  const pods =
    cluster &&
    (await watchCluster({
      ...cluster,
      onState: (state) => {
        sayState(state);
        policyChanged();
      },
      onNamespaces: () => policyChanged(),
    }));
  const processes = createProcProcesses(mount);
  const addresses = createProcAddressBook({
    mount,
    top: podsBelow ?? cgroup,
    podOf: (path) => workloadOf(path, resolvers).pod,
    knowsOwn: cluster !== undefined,
    isOwnElsewhere: pods?.node.has,
  });
  const samples = createLiveSamples({ mount, top: cgroup, resolvers, now: source.now });
  const surveys = createLiveSurveys({ mount, top: cgroup, selfPid: process.pid });
  return {
    source,
    resolvers,
    pods,
    policyFile,
    onPolicyChange: (run) => {
      policyChanged = run;
    },
    processes: writer ? createRecordedProcesses(processes, tell) : processes,
    leftOut: { note: (fact) => tell({ kind: 'left-out', ...fact }), takeUntil: () => [] },
    podFacts: {
      note: (fact) => tell({ kind: 'pod', ...fact }),
      takeUntil: () => cluster?.book.takeTold().map((pod) => podFactOf(pod, source.now())) ?? [],
    },
    samples: writer ? createToldSamples(samples, (sample) => tell({ kind: 'resource', ...sample })) : samples,
    addresses: writer ? createRecordedAddresses(addresses, tell) : addresses,
    surveys: writer ? createToldSurveys(surveys, (survey) => tell({ kind: 'survey', ...survey })) : surveys,
    cgroupsIn: createCgroupScopes(mount, cgroup, resolvers),
    redact: options.redact,
    whenSlow: 'drop',
    writer,
  };
}

/** On standard error: a log of the cluster has it. */
function sayState({ state, reason }: ObjectWatchState): void {
  const text = reason === undefined ? `names of pods: ${state}` : `names of pods: ${state}: ${reason}`;
  process.stderr.write(`kelpie agent: ${text}\n`);
}

function startWriter(
  file: string,
  source: CaptureSource,
  podsBelow: string | undefined,
  secrets: readonly string[],
): Promise<RecordingWriter> {
  const { node, kernel, cpus, clockOffset } = source.host;
  return createRecordingWriter({
    file,
    meta: {
      version: formatVersion,
      layout: layoutHash,
      node,
      kernel,
      cpus,
      clockOffset: String(clockOffset),
      began: source.now(),
      cgroup: source.name,
      podsBelow: podsBelow ?? null,
      redacted: secrets,
    },
  });
}

/** A cgroup path, also where it was given as a directory. */
function belowMount(mount: string, path: string): string {
  return path === mount || path.startsWith(`${mount}/`) ? path.slice(mount.length) || '/' : path;
}
