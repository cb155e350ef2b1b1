/** The gRPC client to one agent, with every limit set. */
import { type ClientOptions, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import {
  type AgentServiceClient,
  AgentServiceService,
  GetAgentResponse,
  GetRowResponse,
  type MessageFns,
  WatchRowsResponse,
} from '../../proto/gen/kelpie/v1/agent.ts';
import { createTokenInterceptor } from './access-token.ts';
import type { AgentEndpoint } from './client.ts';
import {
  getAgentNesting,
  getRowNesting,
  guardMessage,
  maxMessageBytes,
  type Nesting,
  watchRowsNesting,
} from './wire-guard.ts';

/** The service as generated, with answers checked before they are decoded. */
const guardedService = {
  ...AgentServiceService,
  getAgent: {
    ...AgentServiceService.getAgent,
    responseDeserialize: guarded(GetAgentResponse, getAgentNesting),
  },
  watchRows: {
    ...AgentServiceService.watchRows,
    responseDeserialize: guarded(WatchRowsResponse, watchRowsNesting),
  },
  getRow: {
    ...AgentServiceService.getRow,
    responseDeserialize: guarded(GetRowResponse, getRowNesting),
  },
};

function guarded<T>(codec: MessageFns<T>, nesting: Nesting): (bytes: Buffer) => T {
  return (bytes) => {
    guardMessage(bytes, nesting);
    return codec.decode(bytes);
  };
}

const GuardedClient = makeGenericClientConstructor(guardedService, 'kelpie.v1.AgentService') as unknown as new (
  address: string,
  channelCredentials: ReturnType<typeof credentials.createInsecure>,
  options: ClientOptions,
) => AgentServiceClient;

/**
 * A client for `unix:/path` or `host:port`. Plain text: the way there is a unix socket, loopback or a tunnel, never an open network.
 * One client is one attempt to connect; the line makes a new one after a failure, so that its own back-off is the only one.
 */
export function openChannel({ address, access }: AgentEndpoint): AgentServiceClient {
  return new GuardedClient(address, credentials.createInsecure(), {
    interceptors: access ? [createTokenInterceptor(access)] : [],
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': 64 * 1024,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    // An agent is reached directly; a proxy from the environment would be asked for 127.0.0.1.
    'grpc.enable_http_proxy': 0,
    'grpc.client_idle_timeout_ms': 0x7fffffff,
    'grpc-node.flow_control_window': 1024 * 1024,
    // The path of a unix socket is no host name a server accepts.
    ...(address.startsWith('unix:') && { 'grpc.default_authority': 'localhost' }),
  });
}
