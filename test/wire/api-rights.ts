/** Who may what at the API server of the test, by rules of roles as RBAC reads them (kubernetes.io/docs/reference/access-authn-authz/rbac); what was made use of is noted. */
import type { KubernetesObject, V1ClusterRole, V1PolicyRule, V1RoleBinding } from '@kubernetes/client-node';

/** One thing that somebody wants to do. */
export interface Wish {
  readonly verb: string;
  readonly group: string;
  /** "pods", "pods/portforward" */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

export interface Rights {
  /** Notes it as made use of. */
  may(wish: Wish): boolean;
  /** Granted: "list pods", "get secrets:kelpie-agent-key". */
  readonly granted: ReadonlySet<string>;
  /** What was asked for and granted, in the same words. */
  readonly used: ReadonlySet<string>;
  /** What was asked for and not granted. */
  readonly refused: ReadonlySet<string>;
}

type Bound = { readonly rule: V1PolicyRule; readonly namespace: string | undefined };

/** @param subject the name of a user, a group or a service account that bindings among the objects name */
export function rightsOf(objects: readonly KubernetesObject[], subject: string): Rights {
  const rules = objects.flatMap((object): Bound[] => {
    const { kind = '', metadata, subjects, roleRef } = object as V1RoleBinding;
    if (!kind.endsWith('Binding') || !subjects?.some(({ name }) => name === subject)) return [];
    const role = objects.find((each) => each.kind === roleRef.kind && each.metadata?.name === roleRef.name);
    return ((role as V1ClusterRole | undefined)?.rules ?? []).map((rule) => ({ rule, namespace: metadata?.namespace }));
  });
  const used = new Set<string>();
  const refused = new Set<string>();
  const words = (verb: string, resource: string, name?: string) => `${verb} ${resource}${name ? `:${name}` : ''}`;
  return {
    may({ verb, group, resource, namespace, name }) {
      const found = rules.find(
        ({ rule, namespace: of }) =>
          (of === undefined || of === namespace) &&
          rule.apiGroups?.includes(group) &&
          rule.resources?.includes(resource) &&
          rule.verbs.includes(verb) &&
          (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
      );
      if (found) used.add(words(verb, resource, found.rule.resourceNames && name));
      else refused.add(words(verb, resource, name));
      return found !== undefined;
    },
    granted: new Set(
      rules.flatMap(({ rule }) =>
        rule.verbs.flatMap((verb) =>
          (rule.resources ?? []).flatMap((resource) =>
            (rule.resourceNames ?? [undefined]).map((name) => words(verb, resource, name)),
          ),
        ),
      ),
    ),
    used,
    refused,
  };
}
