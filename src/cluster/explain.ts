/** What a person does about a call that an API server refused while something was installed. */
import { ApiFailure } from '../kubernetes/api.ts';
import { reasonOf } from '../kubernetes/api-reasons.ts';

/** In one or two sentences: what it was about, what is in the way, what helps. */
export function explainFailure(title: string, error: unknown): string {
  if (!(error instanceof ApiFailure)) return `${title}: ${reasonOf(error, { verbs: '', resource: title })}.`;
  const { statusCode, said } = error;
  const about = `${title}: ${said.trim().replace(/\.$/, '')}`;
  if (statusCode === 401)
    return `${title}: the API server refuses the credentials (401). Sign in again, then try again.`;
  // A webhook chooses the status of its refusal.
  const webhook = /admission webhook "([^"]+)" denied/.exec(said);
  if (webhook)
    return `${about}. An admission policy of the cluster (${webhook[1]}) is in the way: ask who runs it for an exception for this namespace.`;
  const broken = /failed calling webhook "([^"]+)"/.exec(said);
  if (broken) return `${about}. The cluster asks ${broken[1]} first, which does not answer: ask who runs it.`;
  if (statusCode === 403) {
    if (/PodSecurity|violates/.test(said))
      return `${about}. The agent needs hostPID and a host path: the namespace must allow it (label pod-security.kubernetes.io/enforce: privileged).`;
    if (/attempting to grant RBAC permissions/.test(said))
      return `${about}. Nobody may grant what they do not have: ask a cluster administrator to run this once.`;
    const [, verb, resource] = /cannot (\w+) resource "([^"]+)"/.exec(said) ?? [];
    return verb
      ? `${about}. Your account needs the verb ${verb} on ${resource}: ask a cluster administrator to run this, or to grant it.`
      : `${about}. Your account may not do this: ask a cluster administrator.`;
  }
  if (statusCode === 409) return `${about}. Somebody else changed it at the same time: try again.`;
  if (statusCode === 422) return `${about}. The cluster does not take this object.`;
  if (statusCode === 404 && /could not find the requested resource/.test(said))
    return `${about}. The cluster does not know this: Kelpie needs Kubernetes 1.20 or newer.`;
  return `${about}.`;
}
