/** The registry of protocols: one line each. */
import { createDns } from './dns/protocol.ts';
import { createHttp } from './http/protocol.ts';
import type { Protocol, ProtocolOptions } from './protocol.ts';

const registry: readonly ((options: ProtocolOptions) => Protocol)[] = [createHttp, () => createDns()];

/** Every protocol, in the order in which they are asked whether a connection is theirs. */
export function createProtocols(options: ProtocolOptions = {}): readonly Protocol[] {
  return registry.map((create) => create(options));
}

export { createDnsDatagrams, type DnsDatagrams } from './dns/datagrams.ts';
export { payloadBytesOf, payloadOf, placeOf } from './payload.ts';
