/** The Secret as the chart makes it. `kelpie deploy` and who applies plain manifests make it themselves: a key has no place in a file. */
import type { V1Secret } from '@kubernetes/client-node';
import { inNamespace } from './labels.ts';
import { keyEntry, keySecretName } from './names.ts';
import { Expression } from './template/expression.ts';
import { because, typed, unless } from './template/write.ts';

/** What is there already stays; else 64 characters of 62, by Go's crypto/rand: 381 bits (sprig "randAlphaNum", helm "lookup"). */
const keptOrDrawn = new Expression({
  kind: 'helm',
  expression:
    `get ((lookup "v1" "Secret" .Release.Namespace "${keySecretName}").data | default dict) "${keyEntry}"` +
    ' | default (randAlphaNum 64 | b64enc) | quote',
});

export const keySecret = unless(
  'key.existingSecret',
  typed<V1Secret>({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: inNamespace(keySecretName),
    type: 'Opaque',
    data: { [keyEntry]: because('An upgrade keeps the key that is there.', keptOrDrawn) },
  }),
);
