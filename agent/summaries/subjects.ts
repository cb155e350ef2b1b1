/** Who and what is told apart: the pods, edges and endpoints behind the exchanges, no more of them than the limits allow. */
import type { Row, Value } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';
import { edgeStats } from '../../src/domain/tables/edge-stats.ts';
import { endpointStats } from '../../src/domain/tables/endpoint-stats.ts';
import { podStats } from '../../src/domain/tables/pod-stats.ts';
import type { ExchangeFacts } from '../stream/protocol.ts';
import { anybody, type SummaryLimits } from './limits.ts';
import { createServerRoutes, type ServerRoutes } from './server-routes.ts';
import { Subject } from './subject.ts';

/** The subjects of the exchanges of one connection, all but the route. */
export interface Ends {
  readonly role: 'client' | 'server';
  readonly protocol: string;
  readonly pod: Subject;
  readonly edge: Subject;
  readonly server: ServerRoutes;
}

export interface Subjects {
  /** Of the exchange's identity object: remembered by it until `forgetIdentities`. */
  endsOf(facts: ExchangeFacts): Ends;
  forgetIdentities(): void;
  /** Who of this cgroup asked or answered last. */
  podOfCgroup(cgroup: string): Subject | undefined;
  /** Forgets what has been silent since before `second`. */
  sweep(second: number): void;
}

const text = (value: Value | undefined): string | null => (typeof value === 'string' ? value : null);

export function createSubjects(limits: SummaryLimits, node: string): Subjects {
  const identities = new Map<Row, Ends>();
  const pods = new Map<string, Subject>();
  const edges = new Map<string, Subject>();
  const servers = new Map<string, ServerRoutes>();
  const podsByCgroup = new Map<string, Subject>();
  let lastIdentity: Row | undefined;
  let lastEnds: Ends | undefined;
  let endpoints = 0;
  let ids = 0;

  function subject(table: Table, { role, protocol, identity }: ExchangeFacts, about: Row, isRest = false): Subject {
    const columns = { node, trace_role: role, protocol, ...about };
    return new Subject(table, (++ids).toString(36), role, protocol, columns, text(identity.cgroup), isRest);
  }

  function podOf(facts: ExchangeFacts): Subject {
    const { identity, role, protocol } = facts;
    const entity = text(role === 'client' ? identity.source : identity.destination) ?? anybody;
    const key = `${role} ${protocol} ${entity}`;
    let found = pods.get(key);
    if (found === undefined && pods.size < limits.pods) {
      found = subject(podStats, facts, { entity, namespace: text(identity.namespace), pod: text(identity.pod) });
      pods.set(key, found);
    }
    if (found === undefined) {
      const rest = `${role} ${protocol} ${anybody}`;
      found = pods.get(rest) ?? subject(podStats, facts, { entity: anybody, namespace: null, pod: null }, true);
      pods.set(rest, found);
    }
    if (typeof identity.cgroup === 'string') {
      found.cgroup = identity.cgroup;
      podsByCgroup.set(identity.cgroup, found);
    }
    return found;
  }

  function edgeOf(facts: ExchangeFacts): Subject {
    const { identity, role } = facts;
    const local = text(identity.namespace);
    const remote = namespaceOf(text(identity.remote_pod));
    const isClient = role === 'client';
    const port = isClient ? identity.remote_port : identity.local_port;
    return (
      edge(facts, limits.edges, {
        source: text(identity.source) ?? anybody,
        destination: text(identity.destination) ?? anybody,
        port: typeof port === 'number' ? port : 0,
        source_namespace: isClient ? local : remote,
        destination_namespace: isClient ? remote : local,
      }) ?? crowdOf(facts, typeof port === 'number' ? port : 0, isClient ? remote : local)
    );
  }

  /** Any number of clients of one server; past that, of any server. */
  function crowdOf(facts: ExchangeFacts, port: number, namespace: string | null): Subject {
    const nobody = { source: anybody, source_namespace: null };
    const destination = text(facts.identity.destination) ?? anybody;
    const beyond = { ...nobody, destination: anybody, port: 0, destination_namespace: null };
    return (
      edge(facts, limits.edges + limits.servers, { ...nobody, destination, port, destination_namespace: namespace }) ??
      (edge(facts, Number.POSITIVE_INFINITY, beyond) as Subject)
    );
  }

  function edge(facts: ExchangeFacts, limit: number, columns: Row): Subject | undefined {
    const key = `${facts.role} ${facts.protocol} ${columns.port} ${columns.source} ${columns.destination}`;
    let found = edges.get(key);
    if (found !== undefined || edges.size >= limit) return found;
    found = subject(edgeStats, facts, columns, columns.source === anybody);
    edges.set(key, found);
    return found;
  }

  function serverOf(facts: ExchangeFacts): ServerRoutes {
    const { identity, role, protocol } = facts;
    const name = text(identity.destination) ?? anybody;
    const key = `${protocol} ${name}`;
    const known = servers.get(key);
    if (known !== undefined) return known;
    if (servers.size >= limits.servers) {
      return servers.get(`${protocol} ${anybody}`) ?? addServer(protocol, anybody, null, identity);
    }
    const namespace = role === 'server' ? text(identity.namespace) : namespaceOf(text(identity.remote_pod));
    return addServer(protocol, name, namespace, identity);
  }

  function addServer(protocol: string, destination: string, namespace: string | null, identity: Row): ServerRoutes {
    const cgroup = text(identity.cgroup);
    const server = createServerRoutes({
      // Of servers that are not told apart, routes are not either.
      limit: destination === anybody ? 0 : limits.endpoints,
      make(role, method, route, isRest) {
        if (!isRest && endpoints >= limits.allEndpoints) return undefined;
        endpoints++;
        const columns = { node, trace_role: role, protocol, destination, namespace, method, route };
        return new Subject(endpointStats, (++ids).toString(36), role, protocol, columns, cgroup, isRest);
      },
      forget(subject) {
        subject.gone = true;
        endpoints--;
      },
    });
    servers.set(`${protocol} ${destination}`, server);
    return server;
  }

  function findEnds(facts: ExchangeFacts): Ends {
    const { identity, role, protocol } = facts;
    const known = identities.get(identity);
    if (known !== undefined && known.role === role && known.protocol === protocol) return known;
    const ends = { role, protocol, pod: podOf(facts), edge: edgeOf(facts), server: serverOf(facts) };
    identities.set(identity, ends);
    return ends;
  }

  return {
    endsOf(facts) {
      if (facts.identity === lastIdentity && lastEnds?.role === facts.role && lastEnds.protocol === facts.protocol) {
        return lastEnds;
      }
      lastEnds = findEnds(facts);
      lastIdentity = facts.identity;
      return lastEnds;
    },
    forgetIdentities() {
      identities.clear();
      lastIdentity = undefined;
      lastEnds = undefined;
    },
    podOfCgroup: (cgroup) => podsByCgroup.get(cgroup),
    sweep(second) {
      const isIdle = (subject: Subject) => subject.lastSecond < second;
      for (const [key, server] of servers) if (server.sweep(isIdle)) servers.delete(key);
      for (const map of [pods, edges]) {
        for (const [key, subject] of map) if (isIdle(subject)) map.delete(key);
      }
      for (const [cgroup, subject] of podsByCgroup) if (isIdle(subject)) podsByCgroup.delete(cgroup);
    },
  };
}

/** "namespace/name". */
function namespaceOf(pod: string | null): string | null {
  return pod === null ? null : pod.slice(0, Math.max(0, pod.indexOf('/'))) || null;
}
