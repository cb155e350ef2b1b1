/**
 * Calls to an API server with objects as they are. The client library's typed calls drop what they do not know and rename what is a word of
 * JavaScript's; its way of signing in, proxies and certificates are taken.
 */
import type { KubeConfig } from '@kubernetes/client-node';
import { statusMessage } from './api-reasons.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** E.g. "/api/v1/namespaces/kelpie". */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** default: application/json */
  readonly contentType?: string;
}

/** An answer with an error status. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  /** HTTP status. */
  readonly statusCode: number;
  /** What the API server says of it. */
  readonly said: string;
  /** meta/v1 Status reason: Forbidden, NotFound, Invalid … */
  readonly reason: string;

  constructor(statusCode: number, body: string) {
    const said = statusMessage({ body }) ?? body.slice(0, 200);
    super(`${statusCode}: ${said}`);
    this.statusCode = statusCode;
    this.said = said;
    this.reason = reasonOf(body);
  }
}

export interface Api {
  /**
   * The answer's body, parsed.
   *
   * @throws ApiFailure; Error with a `cause` where there was no answer
   */
  request(request: ApiRequest): Promise<unknown>;
  /** The same; undefined for what there is not (404). */
  find(request: ApiRequest): Promise<unknown>;
}

/** Between a request and its answer, ms. */
const patienceMs = 30_000;

export async function createApi(config: KubeConfig): Promise<Api> {
  const { HttpMethod, IsomorphicFetchHttpLibrary, RequestContext } = await import('@kubernetes/client-node');
  const http = new IsomorphicFetchHttpLibrary();
  const { server = '' } = config.getCurrentCluster() ?? {};

  async function request({ method, path, query = {}, body, contentType }: ApiRequest): Promise<unknown> {
    const url = new URL(server.replace(/\/$/, '') + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const context = new RequestContext(url.toString(), HttpMethod[method]);
    context.setHeaderParam('accept', 'application/json');
    if (body !== undefined) {
      context.setHeaderParam('content-type', contentType ?? 'application/json');
      context.setBody(JSON.stringify(body));
    }
    context.setSignal(AbortSignal.timeout(patienceMs));
    await config.applySecurityAuthentication(context);
    const response = await http.send(context).toPromise();
    const text = await response.body.text();
    if (response.httpStatusCode >= 300) throw new ApiFailure(response.httpStatusCode, text);
    return JSON.parse(text);
  }

  return {
    request,
    find: (asked) =>
      request(asked).catch((error: unknown) => {
        if (error instanceof ApiFailure && error.statusCode === 404) return undefined;
        throw error;
      }),
  };
}

function reasonOf(body: string): string {
  try {
    const { reason } = JSON.parse(body) as { readonly reason?: unknown };
    return typeof reason === 'string' ? reason : '';
  } catch {
    return '';
  }
}
