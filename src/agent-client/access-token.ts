/** Shows an agent of a cluster, with each call, that this terminal holds the installation's key. */
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { SignJWT } from 'jose';
import { tokenAlgorithm, tokenAudience, tokenHeader, tokenIssuer, tokenLifeSeconds } from '../domain/access.ts';

/** The key and whose agent it opens. */
export interface AgentAccess {
  readonly key: string;
  readonly node: string;
}

/** A token is used for half of its life. */
const keptMs = (tokenLifeSeconds * 1000) / 2;

/** Adds a token to each call; the key itself stays here. */
export function createTokenInterceptor({ key, node }: AgentAccess): Interceptor {
  const secret = new TextEncoder().encode(key);
  let made: { readonly at: number; readonly token: Promise<string> } | undefined;
  const token = (): Promise<string> => {
    if (made && Date.now() - made.at < keptMs) return made.token;
    const signed = new SignJWT()
      .setProtectedHeader({ alg: tokenAlgorithm })
      .setIssuer(tokenIssuer)
      .setAudience(tokenAudience(node))
      .setIssuedAt()
      .setExpirationTime(`${tokenLifeSeconds}s`)
      .sign(secret);
    made = { at: Date.now(), token: signed };
    return signed;
  };
  return (options, next) =>
    new InterceptingCall(next(options), {
      start(metadata, listener, forward) {
        void token().then((text) => {
          metadata.set(tokenHeader, `Bearer ${text}`);
          forward(metadata, listener);
        });
      },
    });
}
