import type { Call } from '../http-service.ts';
import { json } from '../reply.ts';

/** kuard's answers are never cached (pkg/apiutils). */
export function serveJson(call: Call, value: unknown): void {
  json(call, 200, value, {
    Expires: new Date(0).toUTCString(),
    'Cache-Control': 'no-cache, private, max-age=0',
    Pragma: 'no-cache',
  });
}

/** The request body as a JSON object, or undefined when it is none. */
export async function jsonBody(call: Call): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const value = JSON.parse(`${await call.body()}`);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
