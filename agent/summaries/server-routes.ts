/** The endpoints of one server: from what was asked to the subject that counts it, fast for what was asked before. */
import { otherRoute } from '../../src/domain/route/route.ts';
import { createRouteTree } from '../../src/domain/route/route-tree.ts';
import type { ExchangeFacts } from '../stream/protocol.ts';
import type { Subject } from './subject.ts';

/** Targets remembered, twice: those of late, and those before. A longer one is worked out each time. */
const remembered = 128;
const maxRemembered = 128;
/** Words of paths that are told apart: with as many servers as there may be, some 40 MB if all of them are as bad as can be. */
const places = 300;
/** Routes remembered: more than a server has endpoints. */
const maxRoutes = 1000;
/** Longest name of what is no path: a domain name. */
const maxName = 255;

/** A method that is not known in time (OpenTelemetry, http.request.method). */
export const otherMethod = '_OTHER';
const usualMethods: ReadonlySet<string> = new Set(
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH A AAAA CNAME MX NS PTR SOA SRV TXT HTTPS'.split(' '),
);

/** What is known of a target. */
interface Seen {
  readonly route: string;
  /** The server answered it without an error. */
  readonly proven: boolean;
  /** By role and method: hardly ever more than two. */
  readonly subjects: Subject[];
}

export interface ServerRoutes {
  subjectOf(facts: ExchangeFacts): Subject;
  /** Forgets endpoints that `isIdle`; true when none is left. */
  sweep(isIdle: (subject: Subject) => boolean): boolean;
}

/**
 * `make` makes the subject of an endpoint, or returns undefined when there is no room left on the agent; `isRest`: of all for which there
 * is none, which is always made.
 */
export function createServerRoutes(options: {
  readonly limit: number;
  make(role: 'client' | 'server', method: string, route: string, isRest: boolean): Subject | undefined;
  forget(subject: Subject): void;
}): ServerRoutes {
  const tree = createRouteTree({ places });
  const endpoints = new Map<string, Subject>();
  /** By route, of paths: any number of targets share what is known of one. */
  const proved = new Map<string, Seen>();
  const doubted = new Map<string, Seen>();
  let recent = new Map<string, Seen>();
  let earlier = new Map<string, Seen>();
  let generation = 0;

  function seenOf({ target, result, protocol, method }: ExchangeFacts): Seen {
    const proven = result === 'ok';
    let seen = recent.get(target) ?? earlier.get(target);
    if (seen !== undefined && (seen.proven || !proven)) return seen;
    const route = method === '' ? otherRoute : protocol === 'http' ? tree.of(target, proven) : target.slice(0, maxName);
    if (tree.generation !== generation) {
      generation = tree.generation;
      recent.clear();
      earlier.clear();
      proved.clear();
      doubted.clear();
    }
    seen = protocol === 'http' ? seenAs(route, proven) : { route, proven, subjects: [] };
    if (target.length <= maxRemembered) {
      if (recent.size >= remembered) {
        earlier = recent;
        recent = new Map();
      }
      recent.set(target, seen);
    }
    return seen;
  }

  function seenAs(route: string, proven: boolean): Seen {
    const known = proven ? proved : doubted;
    let seen = known.get(route);
    if (seen === undefined) {
      if (known.size >= maxRoutes) known.clear();
      seen = { route, proven, subjects: [] };
      known.set(route, seen);
    }
    return seen;
  }

  function endpointOf(role: 'client' | 'server', method: string, route: string): Subject {
    const key = `${role} ${method} ${route}`;
    const known = endpoints.get(key);
    if (known !== undefined) return known;
    const subject = endpoints.size < options.limit ? options.make(role, method, route, false) : undefined;
    if (subject !== undefined) {
      endpoints.set(key, subject);
      return subject;
    }
    const rest = usualMethods.has(method) ? method : otherMethod;
    const restKey = `${role} ${rest}`;
    let others = endpoints.get(restKey);
    if (others === undefined) {
      others = options.make(role, rest, otherRoute, true) as Subject;
      endpoints.set(restKey, others);
    }
    return others;
  }

  return {
    subjectOf(facts) {
      const seen = seenOf(facts);
      for (const subject of seen.subjects) {
        if (subject.role === facts.role && subject.columns.method === facts.method && !subject.gone) return subject;
      }
      const method = facts.method === '' ? otherMethod : facts.method;
      const subject = endpointOf(facts.role, method, seen.route);
      if (!subject.isRest && seen.subjects.length < 4) seen.subjects.push(subject);
      return subject;
    },
    sweep(isIdle) {
      for (const [key, subject] of endpoints) {
        if (!isIdle(subject)) continue;
        endpoints.delete(key);
        options.forget(subject);
      }
      return endpoints.size === 0;
    },
  };
}
