/** `kelpie deploy`, `kelpie upgrade`: agents on every node of a cluster. */
import { type AgentValues, agentManifests, agentName, defaultValues } from '../../deploy/manifests/manifests.ts';
import { awaitRollout, install } from '../cluster/install.ts';
import { type KeptValues, readKeptValues } from '../cluster/kept-values.ts';
import { AppError } from '../domain/errors.ts';
import { type ClusterFlags, reachCluster, timeoutOf } from './cluster-flags.ts';
import { createNotes } from './notes.ts';
import { untilAborted, watchSignals } from './signals.ts';

export interface DeployFlags extends ClusterFlags {
  readonly image?: string;
  readonly pullPolicy?: string;
  readonly pullSecret?: string;
  readonly excludeNamespaces?: string;
  readonly captureAtMost?: string;
  readonly redact?: string;
  readonly privileged?: boolean;
  readonly extraCapabilities?: string;
  readonly seccomp?: string;
  readonly dryRun?: boolean;
  readonly output?: string;
  readonly wait?: boolean;
  readonly rotateKey?: boolean;
}

const patienceMs = 180_000;

/** Returns the exit code: 1 where agents are missing in the end. */
export async function runDeploy(flags: DeployFlags, isUpgrade: boolean): Promise<number> {
  if (flags.output !== undefined) return await printManifests(flags.output, valuesOf(flags, {}, isUpgrade));
  // What is wrong with the flags is said before anything is asked.
  valuesOf(flags, {}, isUpgrade);
  const timeoutMs = timeoutOf(flags.timeout, patienceMs);
  const { signal } = watchSignals();
  const { progress } = createNotes(flags.quiet ?? false);
  const cluster = await reachCluster(flags);
  const { api, config, name, namespace } = cluster;
  checkVersion(cluster.version);
  const daemonSet = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${agentName}`;
  if (isUpgrade && (await api.find({ method: 'GET', path: daemonSet })) === undefined)
    throw new AppError('cluster', {
      reason: `${name}: there are no agents in the namespace ${namespace} to upgrade. kelpie deploy puts them there.`,
    });
  const values = valuesOf(flags, await readKeptValues(api, namespace), isUpgrade);
  progress(
    `${flags.dryRun ? 'checking what would be done' : 'putting agents'} on ${name} (Kubernetes ${cluster.version}), namespace ${namespace}`,
  );
  await Promise.race([
    install({
      api,
      values,
      isTrial: flags.dryRun ?? false,
      newKey: flags.rotateKey ?? false,
      tell: (title, outcome) => progress(`  ${flags.dryRun ? `would be ${outcome}` : outcome}: ${title}`),
    }),
    untilAborted(signal),
  ]);
  if (flags.dryRun || flags.wait === false) return 0;

  progress(
    `waiting until every node has its agent (at most ${Math.round(timeoutMs / 1000)} s; ctrl-c leaves it to itself)`,
  );
  const { ready, wanted, missing } = await Promise.race([
    awaitRollout({ api, config, namespace, timeoutMs, signal, tell: (line) => progress(`  ${line}`) }),
    untilAborted(signal),
  ]);
  const { warn } = createNotes(false);
  if (wanted === 0) {
    warn('no node takes an agent: see the node selector and tolerations of the DaemonSet');
    return 1;
  }
  if (ready < wanted) {
    warn(`${ready} of ${wanted} nodes have a ready agent:`);
    for (const { node, reason } of missing) warn(`  ${node}: ${reason}`);
    warn('It goes on by itself: kelpie status says how it stands.');
    return 1;
  }
  progress(
    `${ready} of ${wanted} nodes have an agent. Look at the traffic: kelpie${flags.context ? ` --context ${flags.context}` : ''}`,
  );
  return 0;
}

async function printManifests(output: string, values: AgentValues): Promise<number> {
  if (output !== 'yaml' && output !== 'json')
    throw new AppError('usage', { detail: `--output takes yaml or json, not "${output}".` });
  const objects = agentManifests(values);
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2)}\n`);
    return 0;
  }
  const { plainYaml } = await import('../../deploy/manifests/plain-yaml.ts');
  process.stdout.write(plainYaml(values));
  return 0;
}

/**
 * What the flags choose; of what they say nothing that stays which is there. An upgrade takes the image of this version from where it was.
 *
 * @throws AppError `usage`
 */
function valuesOf(flags: DeployFlags, kept: KeptValues, isUpgrade: boolean): AgentValues {
  const values = defaultValues(process.env.KELPIE_VERSION ?? 'development');
  const policy = { ...values.policy, ...kept.policy };
  const image = { ...values.image, ...kept.image, ...(isUpgrade && { tag: '', digest: '' }) };
  const security = { ...values.security, ...kept.security };
  return {
    ...values,
    namespace: flags.agentNamespace ?? values.namespace,
    image: {
      ...image,
      ...(flags.image !== undefined && imageOf(flags.image)),
      ...(flags.pullPolicy !== undefined && {
        pullPolicy: choiceOf('--pull-policy', flags.pullPolicy, ['Always', 'IfNotPresent', 'Never']),
      }),
      ...(flags.pullSecret !== undefined && { pullSecrets: listOf(flags.pullSecret).map((name) => ({ name })) }),
    },
    policy: {
      ...policy,
      ...(flags.captureAtMost !== undefined && {
        captureAtMost: choiceOf('--capture-at-most', flags.captureAtMost, ['off', 'flows', 'heads', 'bodies']),
      }),
      ...(flags.excludeNamespaces !== undefined && { excludeNamespaces: listOf(flags.excludeNamespaces) }),
      ...(flags.redact !== undefined && { redactFields: listOf(flags.redact) }),
    },
    security: {
      ...security,
      ...(flags.privileged && { privileged: true }),
      ...(flags.extraCapabilities !== undefined && { extraCapabilities: listOf(flags.extraCapabilities) }),
      ...(flags.seccomp !== undefined && {
        seccompProfile: { type: choiceOf('--seccomp', flags.seccomp, ['RuntimeDefault', 'Unconfined']) },
      }),
    },
  };
}

/** "registry:5000/kelpie/agent:1.2@sha256:…" in its parts (distribution/reference, grammar of references). */
function imageOf(text: string): { readonly repository: string; readonly tag: string; readonly digest: string } {
  const [, repository, tag, digest] =
    /^([a-z0-9][\w.:/-]*?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  if (repository === undefined)
    throw new AppError('usage', {
      detail: `--image takes a reference such as registry.example/kelpie-agent:1.2, not "${text}".`,
    });
  return { repository, tag: tag ?? '', digest: digest ?? '' };
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

function choiceOf<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new AppError('usage', { detail: `${flag} takes ${choices.join(', ')}, not "${text}".` });
}

/** core/v1 and apps/v1 as they are since 1.20 are all that is used. */
function checkVersion(version: string): void {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < 20)
    throw new AppError('cluster', { reason: `This cluster runs Kubernetes ${version}; Kelpie needs 1.20 or newer.` });
}
