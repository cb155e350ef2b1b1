/** The registry of protocols: one line each. */
import { createHttp } from './http/protocol.ts';
import type { Protocol, ProtocolOptions } from './protocol.ts';

const registry: readonly ((options: ProtocolOptions) => Protocol)[] = [createHttp];

/** Every protocol, in the order in which they are asked whether a connection is theirs. */
export function createProtocols(options: ProtocolOptions = {}): readonly Protocol[] {
  return registry.map((create) => create(options));
}

export { payloadBytesOf, payloadOf, placeOf, sharedOf } from './payload.ts';
