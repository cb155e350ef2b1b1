/** Who may look: whoever shows a token signed with this installation's key, for this node, that is not out of date. */
import { readFileSync } from 'node:fs';
import { type Metadata, ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { errors, jwtVerify } from 'jose';
import {
  leastKeyLength,
  tokenAlgorithm,
  tokenAudience,
  tokenHeader,
  tokenIssuer,
  tokenLeewaySeconds,
} from '../../src/domain/access.ts';
import { AppError } from '../../src/domain/errors.ts';
import { grpcError } from './errors.ts';

/**
 * Refuses every call without a good token, before its message is read. The key is read anew for each call, so that a new one counts without a restart
 * (a Secret's file changes when the Secret does).
 *
 * @throws AppError `usage`: there is no key to begin with
 */
export function createAccess(keyFile: string, node: string): ServerInterceptor {
  readKey(keyFile);
  return (_, call) =>
    new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, forward) {
            void refusalOf(metadata, keyFile, node).then((refusal) => {
              if (refusal === undefined) forward(metadata);
              else call.sendStatus({ details: '', ...refused(refusal) });
            });
          },
        });
      },
    });
}

function refused(reason: string) {
  const remedy =
    'The terminal takes the key from the Secret kelpie-agent-key beside the agents: kelpie status says whether they have the same.';
  return {
    ...grpcError(new AppError('permission', { what: reason, remedy }), status.UNAUTHENTICATED),
    code: status.UNAUTHENTICATED,
  };
}

/** Why the call may not go on; undefined = it may. Says nothing of the key or the token. */
async function refusalOf(metadata: Metadata, keyFile: string, node: string): Promise<string | undefined> {
  const [header] = metadata.get(tokenHeader);
  const token = /^Bearer (\S{1,4096})$/.exec(String(header ?? ''))?.[1];
  if (token === undefined) return 'the agent wants a token, and there was none';
  try {
    await jwtVerify(token, readKey(keyFile), {
      algorithms: [tokenAlgorithm],
      issuer: tokenIssuer,
      audience: tokenAudience(node),
      clockTolerance: tokenLeewaySeconds,
      requiredClaims: ['exp'],
    });
    return undefined;
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'the token is out of date: are the clocks of both sides right?';
    if (error instanceof errors.JWTClaimValidationFailed) return `the token is not for the agent of ${node}`;
    if (error instanceof AppError) return 'the agent has no key';
    return 'the token is not signed with the key of this agent';
  }
}

/** @throws AppError `usage` */
function readKey(file: string): Uint8Array {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new AppError('usage', {
      detail: `--key-file: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    });
  }
  if (text.length < leastKeyLength)
    throw new AppError('usage', {
      detail: `--key-file: ${file} holds ${text.length} characters; a key has ${leastKeyLength} at least.`,
    });
  return new TextEncoder().encode(text);
}
