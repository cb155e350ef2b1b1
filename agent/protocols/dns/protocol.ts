/** DNS over TCP (RFC 1035, RFC 7766); over UDP it is read by datagrams.ts. */
import { dnsEvents } from '../../../src/domain/tables/dns-events.ts';
import type { Protocol } from '../protocol.ts';
import { dnsPort } from './direction.ts';
import { beginsMessage } from './frames.ts';
import { type DnsLimits, defaultDnsLimits } from './limits.ts';
import { headerBytes } from './message.ts';
import { DnsReader, type RestingDnsReader } from './reader.ts';

export function createDns(limits: DnsLimits = defaultDnsLimits): Protocol {
  return {
    id: 'dns',
    tables: [dnsEvents],
    detect(head, { localPort, remotePort }) {
      if (localPort !== dnsPort && remotePort !== dnsPort) return 'not-mine';
      if (head.length >= 2 + headerBytes) return beginsMessage(head) ? 'mine' : 'not-mine';
      return 'need-more';
    },
    read: (connection, output, rest) => new DnsReader(connection, output, limits, rest as RestingDnsReader | undefined),
  };
}
