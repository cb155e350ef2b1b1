/** What an answer comes to: its records in words, the addresses it gives the name, how it went. */
import type { DnsEvent } from '../../../src/domain/tables/dns-events.ts';
import { rcodeName, typeNumbers } from './codes.ts';
import type { DnsMessage, DnsRecord } from './message.ts';

/** Characters of the answers in words; a TXT record may hold 64 KiB. */
const maxText = 1000;

/** "→ edge.example.net, 192.0.2.1, 192.0.2.2"; null without records. */
export function answersText({ answers }: DnsMessage): string | null {
  if (answers.length === 0) return null;
  let text = '';
  for (const { type, text: data } of answers) {
    const word = type === typeNumbers.CNAME || type === typeNumbers.DNAME ? `→ ${data}` : data;
    if (text.length + word.length > maxText) return `${text}${text === '' ? '' : ', '}…`;
    text += `${text === '' ? '' : ', '}${word}`;
  }
  return text;
}

/** Shortest time to live, ns; null without records. */
export function shortestTtl({ answers }: DnsMessage): number | null {
  let shortest: number | null = null;
  for (const { ttl } of answers) if (shortest === null || ttl < shortest) shortest = ttl;
  return shortest === null ? null : shortest * 1e9;
}

/** Addresses the answer gives `name`, aliases followed. */
export function addressesOf(name: string, answers: readonly DnsRecord[]): string[] {
  const aliases = new Set([name]);
  const found: string[] = [];
  for (const record of answers) {
    if (!aliases.has(record.name)) continue;
    if (record.type === typeNumbers.CNAME) aliases.add(record.text);
    else if (record.type === typeNumbers.A || record.type === typeNumbers.AAAA) found.push(record.text);
  }
  return found;
}

export function outcomeOf(message: DnsMessage, type: number): DnsEvent['outcome'] {
  if (message.rcode !== 0) return 'error';
  if (message.truncated) return 'truncated';
  const isAny = type === typeNumbers.ANY;
  const answered = message.answers.some((record) => isAny || record.type === type);
  return answered || (message.malformed === 'answers' && message.answerCount > 0) ? 'ok' : 'empty';
}

/** NXDOMAIN is the asker's affair, any other code the server's. */
export function resultOf(message: DnsMessage): 'ok' | 'client-error' | 'server-error' {
  if (message.rcode === 0) return 'ok';
  return rcodeName(message.rcode) === 'NXDOMAIN' ? 'client-error' : 'server-error';
}
