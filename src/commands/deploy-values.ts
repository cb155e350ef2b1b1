/** What `kelpie deploy` and `kelpie upgrade` put on a cluster: what was chosen before, and over it files of values, `--set`, and the other flags. */
import { readFileSync } from 'node:fs';
import { type AgentValues, defaultValues, valuesSpec } from '../../deploy/manifests/manifests.ts';
import { readAssignment } from '../../deploy/manifests/values/assignment.ts';
import { isPlain, type Plain, replacedIn, valuesOver } from '../../deploy/manifests/values/over.ts';
import { valuesSchema } from '../../deploy/manifests/values/values-schema.ts';
import { AppError } from '../domain/errors.ts';
import { viewersOf } from './viewers.ts';

export interface ValueFlags {
  readonly agentNamespace?: string;
  readonly image?: string;
  readonly pullPolicy?: string;
  readonly pullSecret?: string;
  readonly excludeNamespaces?: string;
  readonly captureAtMost?: string;
  readonly captureByDefault?: string;
  readonly redact?: string;
  readonly viewers?: string;
  readonly runAsRoot?: boolean;
  readonly privileged?: boolean;
  readonly extraCapabilities?: string;
  readonly seccomp?: string;
  readonly set?: readonly string[];
  readonly values?: readonly string[];
}

/**
 * What the flags choose; of what they say nothing that stays which is there. An upgrade takes the image of this version from where it was.
 *
 * @param kept values of this spec, each whole
 * @throws AppError `usage`
 */
export async function deployValues(flags: ValueFlags, kept: Plain, isUpgrade: boolean): Promise<AgentValues> {
  const defaults = defaultValues(process.env.KELPIE_VERSION ?? 'development');
  const before = replacedIn(valuesSpec, defaults, kept);
  const base = isUpgrade ? { ...before, image: { ...before.image, tag: '', digest: '' } } : before;
  const files = await Promise.all((flags.values ?? []).map(readValues));
  const chosen = [...files, ...(flags.set ?? []).map(assignmentOf), fromFlags(flags)].reduce<AgentValues>(
    (values, over) => valuesOver(valuesSpec, values, over),
    base,
  );
  const { namespace, version, managedBy, ...values } = chosen;
  const { problemsOf } = await import('../../deploy/manifests/values/check.ts');
  const problems = problemsOf(values);
  if (problems.length > 0) throw new AppError('usage', { detail: `${problems.join('\n  ')}\n  ${whereListed}` });
  return { ...values, namespace: flags.agentNamespace ?? defaults.namespace, version, managedBy };
}

const whereListed = 'kelpie deploy -o values prints all values, with what they are for.';

/** A file as `helm install --values` takes it; "-" is the standard input. */
async function readValues(path: string): Promise<Plain> {
  const { load } = await import('js-yaml');
  let document: unknown;
  try {
    const text = readFileSync(path === '-' ? 0 : path, 'utf8');
    document = text.replaceAll(/^\s*(#.*|---)?$/gm, '').trim() === '' ? {} : load(text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : String(message).split('\n', 1)[0];
    throw new AppError('usage', { detail: `--values ${path}: ${why}.` });
  }
  if (isPlain(document)) return document;
  throw new AppError('usage', { detail: `--values ${path}: these are no names with values.` });
}

function assignmentOf(text: string): Plain {
  const found = readAssignment(text, valuesSchema);
  if (found) return found;
  throw new AppError('usage', {
    detail: `--set takes KEY=VALUE such as policy.captureByDefault=off, not "${text}". ${whereListed}`,
  });
}

/** Flags that stand for values, for what is chosen often. */
function fromFlags(flags: ValueFlags): Plain {
  const { pullPolicy, pullSecret, seccomp } = flags;
  const image = {
    ...(flags.image !== undefined && imageOf(flags.image)),
    ...(pullPolicy !== undefined && {
      pullPolicy: choiceOf('--pull-policy', pullPolicy, ['Always', 'IfNotPresent', 'Never']),
    }),
    ...(pullSecret !== undefined && { pullSecrets: listOf(pullSecret).map((name) => ({ name })) }),
  };
  const policy = {
    ...(flags.captureAtMost !== undefined && {
      captureAtMost: choiceOf('--capture-at-most', flags.captureAtMost, levels),
    }),
    ...(flags.captureByDefault !== undefined && {
      captureByDefault: flags.captureByDefault && choiceOf('--capture-by-default', flags.captureByDefault, levels),
    }),
    ...(flags.excludeNamespaces !== undefined && { excludeNamespaces: listOf(flags.excludeNamespaces) }),
    ...(flags.redact !== undefined && { redactFields: listOf(flags.redact) }),
  };
  const security = {
    ...(flags.runAsRoot && { runAsRoot: true }),
    ...(flags.privileged && { privileged: true }),
    ...(flags.extraCapabilities !== undefined && { extraCapabilities: listOf(flags.extraCapabilities) }),
    ...(seccomp !== undefined && {
      seccompProfile: { type: choiceOf('--seccomp', seccomp, ['RuntimeDefault', 'Unconfined']) },
    }),
  };
  return { image, policy, security, ...(flags.viewers !== undefined && { viewers: viewersOf(flags.viewers) }) };
}

const levels = ['off', 'flows', 'heads', 'bodies'] as const;

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
