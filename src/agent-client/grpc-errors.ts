/** gRPC failures in the product's words. The one place that knows status codes. */
import { type ServiceError, status } from '@grpc/grpc-js';
import { AppError, appErrorFromData } from '../domain/errors.ts';

/** Metadata key under which an agent describes an error as JSON `{code, context}`. */
const errorKey = 'kelpie-error';

/**
 * Whatever a call to an agent failed with, as an AppError: the agent's own where it sent one, else `row-gone` for NOT_FOUND,
 * `agent-protocol` for what could not be read, `permission`, or `agent-unreachable`.
 */
export function fromGrpcError(agent: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (!isServiceError(thrown)) {
    return new AppError('agent-unreachable', { address: agent, reason: reasonOf(thrown) }, { cause: thrown });
  }
  const cause = { cause: thrown };
  const described = describedError(thrown);
  if (described) return described;
  const reason = reasonOf(thrown);
  switch (thrown.code) {
    case status.NOT_FOUND:
      return new AppError('row-gone', { agent }, cause);
    case status.PERMISSION_DENIED:
    case status.UNAUTHENTICATED:
      return new AppError('permission', { what: reason, remedy: 'Ask who runs the agent.' }, cause);
    case status.INVALID_ARGUMENT:
    case status.UNIMPLEMENTED:
    case status.INTERNAL:
    case status.RESOURCE_EXHAUSTED:
    case status.DATA_LOSS:
      return new AppError('agent-protocol', { address: agent, reason }, cause);
    default:
      return new AppError('agent-unreachable', { address: agent, reason }, cause);
  }
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return thrown instanceof Error && typeof (thrown as { code?: unknown }).code === 'number';
}

function describedError(error: ServiceError): AppError | undefined {
  const [text] = error.metadata?.get(errorKey) ?? [];
  if (text === undefined) return undefined;
  try {
    return appErrorFromData(JSON.parse(text.toString()));
  } catch {
    return undefined;
  }
}

/** The interesting part of a failure: "ECONNREFUSED" instead of a paragraph on channel states. */
function reasonOf(thrown: unknown): string {
  const text = (thrown as ServiceError)?.details || (thrown instanceof Error ? thrown.message : String(thrown));
  const known = socketReasons.find(([pattern]) => pattern.test(text));
  return known ? known[1] : text.slice(0, 200);
}

const socketReasons: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'connection refused'],
  [/ENOENT/, 'there is no such socket'],
  [/EACCES/, 'not permitted to open the socket'],
  [/ENOTFOUND|EAI_AGAIN|Name resolution failed/, 'the host name is not known'],
  [/EHOSTUNREACH|ENETUNREACH/, 'no route to the host'],
  [/ETIMEDOUT|DEADLINE|Deadline exceeded|Failed to connect before the deadline/i, 'no answer in time'],
  [
    /ECONNRESET|Connection dropped|RST_STREAM|stream was reset|GOAWAY|No connection established/i,
    'the connection broke',
  ],
];
