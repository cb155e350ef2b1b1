/** `kelpie deploy`, `kelpie upgrade`: agents on every node of a cluster. */
import { type AgentValues, agentManifests, agentName, valuesSpec } from '../../deploy/manifests/manifests.ts';
import { chosenIn, type Plain } from '../../deploy/manifests/values/over.ts';
import { awaitRollout, install } from '../cluster/install.ts';
import { readKeptValues } from '../cluster/kept-values.ts';
import { AppError } from '../domain/errors.ts';
import type { Api } from '../kubernetes/api.ts';
import { type ClusterFlags, reachCluster, timeoutOf } from './cluster-flags.ts';
import { deployValues, type ValueFlags } from './deploy-values.ts';
import { createNotes } from './notes.ts';
import { untilAborted, watchSignals } from './signals.ts';

export interface DeployFlags extends ClusterFlags, ValueFlags {
  readonly dryRun?: boolean;
  readonly output?: string;
  readonly wait?: boolean;
  readonly rotateKey?: boolean;
}

const patienceMs = 180_000;

/** Returns the exit code: 1 where agents are missing in the end. */
export async function runDeploy(flags: DeployFlags, isUpgrade: boolean): Promise<number> {
  if (flags.output !== undefined) return await print(flags.output, await deployValues(flags, {}, isUpgrade));
  // What is wrong with the flags is said before anything is asked.
  await deployValues(flags, {}, isUpgrade);
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
  const values = await deployValues(flags, await readKeptValues(api, namespace), isUpgrade);
  const { existingSecret } = values.key;
  if (flags.rotateKey && existingSecret !== '')
    throw new AppError('usage', {
      detail: `The key is in the Secret ${existingSecret}, which you made: put another key there instead of --rotate-key.`,
    });
  progress(
    `${flags.dryRun ? 'checking what would be done' : 'putting agents'} on ${name} (Kubernetes ${cluster.version}), namespace ${namespace}`,
  );
  for (const [path, value] of Object.entries(flat(chosenIn(valuesSpec, { ...values }))))
    progress(`  ${path}: ${JSON.stringify(value)}`);
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
  const { warn } = createNotes(false);
  if (existingSecret !== '' && (await isMissing(api, namespace, existingSecret)))
    warn(`the Secret ${existingSecret} is not there yet: pods wait for it`);
  if (flags.dryRun || flags.wait === false) return 0;

  progress(
    `waiting until every node has its agent (at most ${Math.round(timeoutMs / 1000)} s; ctrl-c leaves it to itself)`,
  );
  const { ready, wanted, missing } = await Promise.race([
    awaitRollout({ api, config, namespace, timeoutMs, signal, tell: (line) => progress(`  ${line}`) }),
    untilAborted(signal),
  ]);
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

/** Who may not read it is not told. */
async function isMissing(api: Api, namespace: string, secret: string): Promise<boolean> {
  const path = `/api/v1/namespaces/${namespace}/secrets/${secret}`;
  return (await api.find({ method: 'GET', path }).catch(() => null)) === undefined;
}

async function print(output: string, values: AgentValues): Promise<number> {
  process.stdout.write(await printed(output, values));
  return 0;
}

async function printed(output: string, values: AgentValues): Promise<string> {
  switch (output) {
    case 'json': {
      const list = { apiVersion: 'v1', kind: 'List', items: agentManifests(values) };
      return `${JSON.stringify(list, null, 2)}\n`;
    }
    case 'yaml':
      return (await import('../../deploy/manifests/plain-yaml.ts')).plainYaml(values);
    case 'values':
      return (await import('../../deploy/manifests/values/values-yaml.ts')).valuesYaml(valuesSpec, values).trimStart();
    default:
      throw new AppError('usage', { detail: `--output takes yaml, json or values, not "${output}".` });
  }
}

/** Values by their paths: "security.runAsRoot". */
function flat(chosen: Plain): Plain {
  const entries = Object.entries(chosen).flatMap(([name, value]): [string, unknown][] =>
    isGroup(name)
      ? Object.entries(value as Plain).map(([member, each]) => [`${name}.${member}`, each])
      : [[name, value]],
  );
  return Object.fromEntries(entries);
}

const isGroup = (name: string): boolean => valuesSpec[name as keyof typeof valuesSpec].kind === 'group';

/** core/v1 and apps/v1 as they are since 1.20 are all that is used. */
function checkVersion(version: string): void {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < 20)
    throw new AppError('cluster', { reason: `This cluster runs Kubernetes ${version}; Kelpie needs 1.20 or newer.` });
}
