/** `--viewers group:sre,user:jane,serviceaccount:ops/bastion`: the subjects of a binding as people type them. */
import type { ChartValues } from '../../deploy/manifests/manifests.ts';
import { AppError } from '../domain/errors.ts';

type Subject = ChartValues['viewers'][number];

const apiGroup = 'rbac.authorization.k8s.io';

/** @throws AppError `usage` */
export const viewersOf = (text: string): readonly Subject[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map(viewerOf);

/** Names of users and groups may have colons: "oidc:sre", "system:serviceaccounts:ops". */
function viewerOf(text: string): Subject {
  const [, kind, name = ''] = /^([a-z]+):(.+)$/i.exec(text) ?? [];
  switch (kind?.toLowerCase()) {
    case 'user':
      return { kind: 'User', name, apiGroup };
    case 'group':
      return { kind: 'Group', name, apiGroup };
    case 'serviceaccount': {
      const [namespace, account, ...rest] = name.split('/');
      if (namespace && account && rest.length === 0) return { kind: 'ServiceAccount', name: account, namespace };
    }
  }
  throw new AppError('usage', {
    detail: `--viewers takes user:NAME, group:NAME and serviceaccount:NAMESPACE/NAME, with commas between them, not "${text}".`,
  });
}
