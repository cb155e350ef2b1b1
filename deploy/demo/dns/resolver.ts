/** Names to addresses as a pod's C library does it: search domains with ndots:5, A and AAAA at once, asked of the demo's DNS pod. */
import { promises as dns, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { podOf } from '../pods.ts';
import { clusterDomain } from './zone.ts';

/** resolv.conf(5) as the kubelet writes it. */
const ndots = 5;

export interface Names {
  /** Addresses of a name, in the order in which to try them; another first one each time. Rejects with ENOTFOUND, ETIMEOUT … */
  addresses(name: string): Promise<readonly string[]>;
  /** One question, no search domains. Rejects with `code` ENOTFOUND, ENODATA, ESERVFAIL … */
  ask(name: string, type: string): Promise<readonly string[]>;
  /** For `net.connect` and `http.request`. */
  readonly lookup: LookupFunction;
}

/** The names to try for a name, in order. */
export function candidatesOf(name: string, namespace: string): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain].map(
    (domain) => `${name}.${domain}`,
  );
  return name.split('.').length > ndots ? [name, ...searched] : [...searched, name];
}

export function createNames(namespace: string, server = podOf('coredns').address): Names {
  const resolver = new dns.Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([server]);
  const known = new Map<string, { readonly until: number; readonly addresses: readonly string[] }>();
  const asked = new Map<string, Promise<readonly string[]>>();
  let turn = 0;

  const ask = async (name: string, type: string): Promise<readonly string[]> => {
    if (type === 'A') return resolver.resolve4(name);
    if (type === 'AAAA') return resolver.resolve6(name);
    if (type === 'TXT') return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
    return [await resolver.resolve(name, type)].flat().map(String);
  };
  /** A server that could not answer is asked once more, as `attempts:2` would. */
  const askTwice = (name: string) =>
    ask(name, 'A').catch((error) => (isAbsent(error) ? Promise.reject(error) : ask(name, 'A')));

  const search = async (name: string): Promise<readonly string[]> => {
    let failure: unknown;
    for (const candidate of candidatesOf(name, namespace)) {
      const [four] = await Promise.allSettled([askTwice(candidate), resolver.resolve6(candidate)]);
      if (four.status === 'fulfilled') {
        known.set(name, { until: performance.now() + 5000, addresses: four.value });
        return four.value;
      }
      failure = four.reason;
      if (!isAbsent(failure)) break;
    }
    // An answer of a moment ago is better than none.
    const stale = known.get(name);
    if (stale) return stale.addresses;
    throw failure;
  };
  const addresses = async (name: string): Promise<readonly string[]> => {
    const fresh = known.get(name);
    let found = fresh && fresh.until > performance.now() ? fresh.addresses : undefined;
    if (!found) {
      const asking = asked.get(name) ?? search(name).finally(() => asked.delete(name));
      asked.set(name, asking);
      found = await asking;
    }
    turn += 1;
    const first = turn % found.length;
    return [...found.slice(first), ...found.slice(0, first)];
  };

  return {
    addresses,
    ask,
    lookup: (name, options, done) => {
      addresses(name).then(
        (found) => {
          const all: LookupAddress[] = found.map((address) => ({ address, family: 4 }));
          if (options.all) (done as (error: null, all: LookupAddress[]) => void)(null, all);
          else done(null, found[0] ?? '', 4);
        },
        (error: NodeJS.ErrnoException) => done(error, '', 4),
      );
    },
  };
}

/** The name or the type is not there, which is an answer. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA');
}

/** This process's names; a pod's namespace is in its environment, as the downward API puts it there. */
export const names: Names = createNames(process.env.POD_NAMESPACE ?? 'default');
