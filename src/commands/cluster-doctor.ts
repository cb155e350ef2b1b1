/** `kelpie doctor --cluster`: what a cluster has and this account may. */
import { type ClusterCheck, checkCluster } from '../cluster/cluster-checks.ts';
import { explainFailure } from '../cluster/explain.ts';
import { AppError } from '../domain/errors.ts';
import { sanitizeLine } from '../domain/sanitize.ts';
import { type ClusterFlags, reachCluster } from './cluster-flags.ts';

export interface ClusterDoctorFlags extends ClusterFlags {
  readonly output?: string;
}

const titles: Readonly<Record<ClusterCheck['group'], string>> = {
  nodes: 'Nodes',
  deploy: 'What deploy needs',
  look: 'What looking needs',
  agents: 'Agents',
};
/** SGR codes: green, yellow, red. */
const colors: Readonly<Record<ClusterCheck['status'], number>> = { ok: 32, warn: 33, fail: 31 };

/** Returns 1 when something fails. */
export async function runClusterDoctor(flags: ClusterDoctorFlags): Promise<number> {
  const format = flags.output ?? 'text';
  if (format !== 'text' && format !== 'json')
    throw new AppError('usage', { detail: `--output takes text or json, not "${format}".` });
  const { api, name, namespace, version } = await reachCluster(flags);
  const checks = await checkCluster(api, namespace).catch((error: unknown) => {
    throw new AppError('cluster', { reason: explainFailure(name, error) }, { cause: error });
  });
  if (format === 'json')
    process.stdout.write(`${JSON.stringify({ context: name, kubernetes: version, namespace, checks }, null, 2)}\n`);
  else
    process.stdout.write(`${[`${name}: Kubernetes ${version}`, ...lines(checks, process.stdout.isTTY)].join('\n')}\n`);
  return checks.some(({ status }) => status === 'fail') ? 1 : 0;
}

function lines(checks: readonly ClusterCheck[], isColored: boolean): readonly string[] {
  const width = Math.max(...checks.map(({ title }) => title.length));
  return Object.entries(titles).flatMap(([group, title]) => {
    const members = checks.filter((check) => check.group === group);
    return members.length === 0 ? [] : ['', title, ...members.flatMap((check) => line(check, width, isColored))];
  });
}

function line({ title, status, found, remedy }: ClusterCheck, width: number, isColored: boolean): readonly string[] {
  const word = status.padEnd(4);
  const painted = isColored ? `\x1b[${colors[status]}m${word}\x1b[0m` : word;
  return [
    `  ${painted}  ${sanitizeLine(title).padEnd(width)}  ${sanitizeLine(found)}`,
    ...(remedy ? [`        ${''.padEnd(width)}  → ${remedy}`] : []),
  ];
}
