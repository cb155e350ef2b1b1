/** The agents of a cluster as the API server tells of them: which node has one, and why another has none. */

import { type KeyMount, keySecretOf } from './installation.ts';

/** The part of core/v1 Pod that is read. */
export interface AgentPodObject {
  readonly metadata?: {
    readonly uid?: string;
    readonly name?: string;
    readonly creationTimestamp?: Date | string;
    readonly deletionTimestamp?: Date | string;
  };
  readonly spec?: KeyMount & { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly {
      readonly ready?: boolean;
      readonly restartCount?: number;
      readonly state?: ContainerState;
      readonly lastState?: ContainerState;
    }[];
  };
}

interface ContainerState {
  readonly running?: object;
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly message?: string; readonly exitCode?: number };
}

export interface AgentPod {
  readonly uid: string;
  readonly name: string;
  /** undefined while it has none. */
  readonly node: string | undefined;
  /** Its container runs: it may be dialled. */
  readonly isRunning: boolean;
  /** Why not, in words. */
  readonly reason: string;
  /** The Secret that its key is in. */
  readonly keySecret: string;
  /** Unix ms. */
  readonly created: number;
}

/** Undefined for what is no pod. */
export function agentPodOf({ metadata, spec, status }: AgentPodObject): AgentPod | undefined {
  const { uid, name, creationTimestamp, deletionTimestamp } = metadata ?? {};
  if (!uid || !name) return undefined;
  const [container] = status?.containerStatuses ?? [];
  const isRunning = container?.state?.running !== undefined && deletionTimestamp === undefined;
  return {
    uid,
    name,
    node: spec?.nodeName ?? nodeOfAffinity(spec),
    isRunning,
    reason: isRunning ? '' : deletionTimestamp !== undefined ? 'its pod is being deleted' : reasonOf(status, container),
    keySecret: keySecretOf(spec),
    created: creationTimestamp === undefined ? 0 : new Date(creationTimestamp).getTime(),
  };
}

/** A DaemonSet's pod is meant for one node from the start (pkg/controller/daemon/util, ReplaceDaemonSetPodNodeNameNodeAffinity). */
function nodeOfAffinity(spec: unknown): string | undefined {
  const terms = (
    spec as
      | {
          readonly affinity?: {
            readonly nodeAffinity?: {
              readonly requiredDuringSchedulingIgnoredDuringExecution?: {
                readonly nodeSelectorTerms?: readonly {
                  readonly matchFields?: readonly { readonly key?: string; readonly values?: readonly string[] }[];
                }[];
              };
            };
          };
        }
      | undefined
  )?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const field = terms?.flatMap(({ matchFields }) => matchFields ?? []).find(({ key }) => key === 'metadata.name');
  return field?.values?.[0];
}

function reasonOf(
  status: AgentPodObject['status'],
  container: NonNullable<NonNullable<AgentPodObject['status']>['containerStatuses']>[number] | undefined,
): string {
  const waiting = container?.state?.waiting;
  if (waiting?.reason) return waitingReason(waiting.reason, waiting.message, container?.lastState?.terminated);
  const ended = container?.state?.terminated;
  if (ended) return `it ended: ${endOf(ended)}`;
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (unscheduled) return `it cannot be scheduled: ${firstLine(unscheduled.message ?? unscheduled.reason ?? '')}`;
  if (status?.reason) return `${status.reason}: ${firstLine(status.message ?? '')}`;
  return status?.phase === 'Pending' || status?.phase === undefined
    ? 'its pod is starting'
    : `its pod is ${status.phase}`;
}

/** Reasons of kubelet (pkg/kubelet/images/types.go, pkg/kubelet/container/sync_result.go), with what to do. */
function waitingReason(reason: string, message: string | undefined, last: ContainerState['terminated']): string {
  switch (reason) {
    case 'ContainerCreating':
    case 'PodInitializing':
      return 'its pod is starting';
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'ErrImageNeverPull':
    case 'InvalidImageName':
      return `its image cannot be pulled (${reason}): choose another with kelpie deploy --image, or load it on the node (kelpie image save)`;
    case 'CrashLoopBackOff':
      return `it ends again and again${last ? `: ${endOf(last)}` : ''}; kubectl logs has its last words`;
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError':
      return `its container cannot be made (${reason}): ${firstLine(message ?? '')}`;
    default:
      return message ? `${reason}: ${firstLine(message)}` : reason;
  }
}

function endOf({ reason, message, exitCode }: NonNullable<ContainerState['terminated']>): string {
  if (reason === 'OOMKilled')
    return 'out of memory (OOMKilled): raise its memory limit (kelpie deploy --set resources.limits.memory=1Gi)';
  return wordsOf(message ?? '') || `${reason ?? 'Error'}, exit code ${exitCode ?? '?'}`;
}

/** A message is the runtime's, or the end of what the container wrote (terminationMessagePolicy FallbackToLogsOnError), in which the agent's own word counts. */
function wordsOf(message: string): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  // deploy/image/README.md, "Capabilities": it cannot say which.
  const refused = lines.find((line) => /^setpriv: .*not permitted/.test(line));
  if (refused)
    return `its container may not use its capabilities (${firstLine(refused)}): kelpie deploy --run-as-root, and where that does not help --privileged`;
  const own = lines.findLast((line) => line.startsWith(agentsWord));
  return firstLine(own?.slice(agentsWord.length) ?? lines[0] ?? '');
}

/** What the agent puts before an error (agent/main.ts). */
const agentsWord = 'kelpie agent: ';

/** Ids say nothing to a person, and are others at each try. */
const firstLine = (text: string): string =>
  (text.trim().split('\n', 1)[0] ?? '').replaceAll(/\b[0-9a-f]{64}\b/g, '…').slice(0, 300);
