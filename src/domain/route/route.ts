/** The route behind a path: what its values are is left out, so that requests for different things of one kind count together. */
import { anyValue, segmentTemplate } from './segment.ts';

/** What lies deeper is summed up in one `{…}`. */
export const maxSegments = 12;

/** Routes past a limit, and targets that are no path. */
export const otherRoute = '*';

/** Targets of CONNECT. */
const authorityRoute = '{authority}';

const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;
const authority = /^(?:\[[0-9a-f:.]+\]|[^/?#\s]*):\d{1,5}$/i;

/**
 * The segments of the route of a request target (RFC 9112 §3.2), or a route that has none. Query and fragment are stripped, absolute
 * targets reduced to their path; "." and ".." are left alone, because no server was asked what it makes of them. Never throws.
 */
export function routeSegments(target: string): readonly string[] | string {
  const path = pathOf(target);
  if (path.charCodeAt(0) !== 47) {
    return path === authorityRoute || authority.test(path) ? authorityRoute : otherRoute;
  }
  const segments = path.slice(1).split('/', maxSegments + 1);
  const isDeeper = segments.length > maxSegments;
  if (isDeeper) segments.length = maxSegments - 1;
  for (let at = 0; at < segments.length; at++) segments[at] = segmentTemplate(segments[at] ?? '');
  if (isDeeper) segments.push(anyValue);
  return segments;
}

/** The route template of a request target by its form alone, e.g. "/users/{number}/orders". Idempotent. */
export function routeOf(target: string): string {
  const segments = routeSegments(target);
  return typeof segments === 'string' ? segments : `/${segments.join('/')}`;
}

function pathOf(target: string): string {
  const end = endOfPath(target);
  const path = end < 0 ? target : target.slice(0, end);
  if (path.charCodeAt(0) === 47) return path;
  const origin = absolute.exec(path)?.[0];
  return origin === undefined ? path : path.slice(origin.length) || '/';
}

function endOfPath(target: string): number {
  const query = target.indexOf('?');
  const fragment = target.indexOf('#');
  if (query < 0 || fragment < 0) return Math.max(query, fragment);
  return Math.min(query, fragment);
}
