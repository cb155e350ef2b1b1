/** What the demo's DNS knows: headless services of the cluster domain, and a few hosts of the internet. */
import { hosts, podOf, pods, silentAddress } from '../pods.ts';

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'TXT';

export interface ResourceRecord {
  /** Without the dot at the end. */
  readonly name: string;
  readonly type: RecordType;
  /** Seconds. */
  readonly ttl: number;
  /** Address, name or text. */
  readonly data: string;
}

export interface ZoneAnswer {
  /** RFC 1035 §4.1.1: 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN. */
  readonly rcode: 0 | 2 | 3;
  readonly answers: readonly ResourceRecord[];
}

export const clusterDomain = 'cluster.local';
/** As CoreDNS' kubernetes plugin has it. */
const clusterTtl = 5;

const aliases: Readonly<Record<string, string>> = {
  'api.stripe.example': 'edge.stripe.example',
  'tax.partner.example': 'eu.tax.partner.example',
};
const addresses: Readonly<Record<string, string>> = {
  'edge.stripe.example': podOf('stripe').address,
  'eu.tax.partner.example': silentAddress,
};

/** More text than fits a UDP answer of 512 bytes (RFC 1035 §4.2.1): asked for again over TCP. */
const configText = Array.from({ length: 6 }, (_, i) => `feature-${i}=${'on-for-everybody '.repeat(10)}`);

/** The records for a question; `name` in any case, without the dot at the end. */
export function answerFor(name: string, type: string): ZoneAnswer {
  const wanted = name.toLowerCase();
  const chain: ResourceRecord[] = [];
  const alias = aliases[wanted];
  if (alias) chain.push({ name: wanted, type: 'CNAME', ttl: 30, data: alias });
  const known = recordsOf(alias ?? wanted);
  if (!known) return { rcode: 3, answers: [] };
  return { rcode: 0, answers: [...chain, ...known.filter((record) => record.type === type)] };
}

/** Is it one of the internet's, which the demo's DNS would have to ask for upstream? */
export function isUpstream(name: string): boolean {
  return !name.toLowerCase().endsWith(`.${clusterDomain}`);
}

function recordsOf(name: string): readonly ResourceRecord[] | undefined {
  const address = addresses[name];
  if (address) return [{ name, type: 'A', ttl: 30, data: address }];
  const [, service, namespace] = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(name) ?? [];
  if (service === undefined) return undefined;
  if (service === 'config' && namespace === 'shop') {
    return configText.map((data) => ({ name, type: 'TXT', ttl: clusterTtl, data }));
  }
  const found = pods.filter((pod) => pod.role === service && pod.namespace === namespace);
  if (found.length === 0) return undefined;
  return found.map(({ address: data }) => ({ name, type: 'A', ttl: clusterTtl, data }));
}

/** Every address has a holder, so that a typo in the table fails a test. */
export const knownAddresses: ReadonlySet<string> = new Set([...hosts.map(({ address }) => address), silentAddress]);
