/** Errors on their way to a terminal: a gRPC status, and the product's own error beside it. */
import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { type AppError, appErrorToData } from '../../src/domain/errors.ts';

/** Metadata key of the error as JSON `{code, context}`, from which the client makes the same AppError again. */
export const errorKey = 'kelpie-error';

/** `error` as what a gRPC call fails with. */
export function grpcError(error: AppError, code: status = status.INVALID_ARGUMENT): Partial<StatusObject> {
  const metadata = new Metadata();
  metadata.set(errorKey, ascii(JSON.stringify(appErrorToData(error))));
  return { code, details: ascii(error.message.split('\n', 1)[0] ?? ''), metadata };
}

/** gRPC metadata and details are printable ASCII; what is not becomes a JSON escape. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
