/** Failures of calls to an API server, in words that say what to do where there is something. */

/** What was asked for, for a refusal: `verbs: "get, list and watch"`, `resource: "pods"`. */
export interface Asked {
  readonly verbs: string;
  readonly resource: string;
}

/** HTTP status of a failed call; undefined where it never got an answer. */
export function statusOf(error: unknown): number | undefined {
  const { statusCode, code } = (error ?? {}) as { readonly statusCode?: unknown; readonly code?: unknown };
  const status = statusCode ?? code;
  // Exceptions of the platform have codes too: 23 is a time that was up.
  return typeof status === 'number' && status >= 100 ? status : undefined;
}

export function reasonOf(error: unknown, { verbs, resource }: Asked): string {
  const status = statusOf(error);
  if (status === 401) return 'the API server refuses the credentials (401)';
  if (status === 403) return `not allowed to read ${resource} (403): it takes ${verbs} on ${resource}`;
  if (status !== undefined) return `the API server answers ${status}`;
  const { name, message, cause } = (error ?? {}) as {
    readonly name?: string;
    readonly message?: string;
    readonly cause?: { readonly code?: string; readonly message?: string };
  };
  if (name === 'TimeoutError') return 'the API server cannot be reached: no answer in time';
  return `the API server cannot be reached: ${cause?.code ?? cause?.message ?? message ?? String(error)}`;
}

/** What a Status object in an answer's body says (meta/v1 Status), bounded; undefined where there is none. */
export function statusMessage(error: unknown): string | undefined {
  const { body } = (error ?? {}) as { readonly body?: unknown };
  let status: unknown = body;
  if (typeof body === 'string') {
    try {
      status = JSON.parse(body);
    } catch {
      return undefined;
    }
  }
  const { message } = (status ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message.slice(0, 500) : undefined;
}
