/** The deepest level anybody may have of each pod: what the policy says, and what the pod and its namespace say themselves. */
import type { CaptureLevel } from '../../src/domain/agent-status.ts';
import type { PodIdentity } from '../../src/kubernetes/pod-identity.ts';
import { levelOf, levels, lower, type Policy } from './policy.ts';

/**
 * On a pod or a namespace: off, flows, heads or bodies. A namespace's is the most its pods may have; a pod's is what it has, up to that and
 * the policy's `captureAtMost`.
 */
export const captureAnnotation = 'kelpie.dev/capture';

export interface PodLimit {
  readonly level: CaptureLevel;
  /** By what, in words. */
  readonly reason: string;
}

/**
 * @param namespaceAnnotation of the pod's namespace; undefined = none
 * @returns undefined for a pod that is limited by nothing but the policy for all
 */
export function limitOf(
  policy: Policy,
  { namespace, annotations }: Pick<PodIdentity, 'namespace' | 'annotations'>,
  namespaceAnnotation: string | undefined,
): PodLimit | undefined {
  if (policy.excludeNamespaces.includes(namespace))
    return { level: 'off', reason: `the policy leaves ${namespace} out` };
  const own = read(annotations[captureAnnotation]);
  const all = read(namespaceAnnotation);
  if (own === undefined && all === undefined) {
    const { captureByDefault: level } = policy;
    return level === policy.captureAtMost ? undefined : { level, reason: 'the policy’s default: the pod says nothing' };
  }
  const most = lower(policy.captureAtMost, all?.level ?? 'bodies');
  const level = lower(most, own?.level ?? (all ? most : policy.captureByDefault));
  const reason = own && level === own.level ? own.text('pod') : (all?.text('namespace') ?? 'the policy');
  return level === policy.captureAtMost && level === policy.captureByDefault ? undefined : { level, reason };
}

/** Says of whoever has it that nothing may be captured. */
export const isOut = (annotation: string | undefined): boolean => read(annotation)?.level === 'off';

/** What cannot be understood is taken for the least: somebody wanted something kept. */
function read(annotation: string | undefined) {
  if (annotation === undefined) return undefined;
  const level = levelOf(annotation.trim().toLowerCase());
  const text = (of: string) =>
    level ? `annotation of the ${of}` : `annotation of the ${of} is none of ${levels.join(', ')}: taken as off`;
  return { level: level ?? 'off', text };
}
