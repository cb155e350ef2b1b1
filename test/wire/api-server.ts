/**
 * An API server in this process, for tests of what speaks with one: lists in pages, watches with their history, server-side apply, port-forwards to unix
 * sockets, with the answers of a real one where it refuses (test/recordings/kubernetes). What goes wrong is up to the test.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import type { Rights, Wish } from './api-rights.ts';
import { type Carried, forward } from './port-forward.ts';

export type StatusName =
  | 'watchTooOld'
  | 'continueTooOld'
  | 'listTooNew'
  | 'podsForbidden'
  | 'nodesForbidden'
  | 'secretForbidden'
  | 'portForwardForbidden'
  | 'clusterRoleForbidden'
  | 'namespaceNotFound'
  | 'noSuchResource'
  | 'daemonSetInvalid'
  | 'unauthorized'
  | 'tooManyRequests'
  | 'podSecurity'
  | 'gatekeeper'
  | 'kyverno'
  | 'webhookAway'
  | 'escalation';

interface Status {
  readonly code: number;
  readonly message: string;
}

const statuses = JSON.parse(
  readFileSync(new URL('../recordings/kubernetes/statuses.json', import.meta.url), 'utf8'),
) as Readonly<Record<StatusName, Status>>;
/** An answer a real server gave, by name. */
export const recordedStatus = (name: StatusName): Status => statuses[name];

/** Of the kubeconfig. */
export const token = 'the-secret-token-of-the-kubeconfig';

export interface StoredObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What happens instead of an answer; undefined = nothing does. */
export type Trouble = StatusName | 'silence' | 'hang up' | undefined;

export interface ApiServer {
  readonly url: string;
  /** All that was asked, in order. */
  readonly requests: readonly ApiRequest[];
  /** Requests whose answer is another one. */
  trouble: (request: ApiRequest) => Trouble;
  /** Watches are cut off as soon as they are answered, as by a proxy that knows no streams. */
  closesWatches: boolean;
  /** Bytes of a watch that are sent at once; 0 = as they come. */
  pieceBytes: number;
  /** Where port-forwards to pods lead: unix sockets by the pods' names. */
  readonly pods: Map<string, string>;
  /** Puts an object into a list, by the list's path; all watches of it hear of that. */
  put(path: string, object: StoredObject): void;
  remove(path: string, uid: string): void;
  /** By its own path. */
  find(path: string): StoredObject | undefined;
  /** Requests of a path are refused from now on; undefined = as before. */
  refuse(path: string | RegExp, code: number | undefined): void;
  /** Who asks may do this and nothing else; undefined = everything. */
  rights: Rights | undefined;
  /** Watches that are open, of paths that end so. */
  watches(end?: string): number;
  /** A line to all watches of paths that end so, whatever it says. */
  say(end: string, line: string): void;
  bookmark(): void;
  /** Ends all watches in order. */
  endWatches(): void;
  /** Forgets what happened: watches and pages from before are too old. */
  compact(): void;
  /** Breaks all connections, as a restart does. */
  cut(): void;
  /** Port-forwards that are open. */
  readonly forwards: number;
  /** Everything that went to the agents. */
  readonly toAgents: Buffer;
  /** "authorization" of all requests. */
  readonly signedIn: ReadonlySet<string>;
  /** Goes away with all its connections. */
  stop(): Promise<void>;
  /** Comes back at the same address; `anew`: as another one, with nothing of before. */
  start(anew?: boolean): Promise<void>;
  readonly kubeconfig: string;
  readonly config: KubeConfig;
  close(): Promise<void>;
}

interface Event {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly collection: string;
  readonly object: StoredObject;
}

interface OpenWatch {
  readonly response: ServerResponse;
  readonly path: string;
  readonly hears: (event: Event) => boolean;
}

/** A path in parts: "/api/v1/namespaces/shop/pods/web-0/portforward". */
function placeOf(path: string) {
  const [, group = '', rest = ''] = /^(\/api\/v1|\/apis\/[^/]+\/v\d\w*)\/(.*)$/.exec(path) ?? [];
  const parts = rest.split('/');
  const namespace = parts[0] === 'namespaces' && parts.length > 2 ? parts.splice(0, 2)[1] : undefined;
  const [plural = '', name, sub] = parts;
  return { collection: `${group}/${plural}`, namespace, name, sub, plural: group === '' ? '' : plural };
}

function pathOf(collection: string, name: string, namespace?: string): string {
  const at = collection.lastIndexOf('/');
  const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${collection.slice(0, at)}${place}${collection.slice(at)}/${name}`;
}

/** What a request is in words of RBAC; undefined for what everybody may. */
function wishOf({ method, path, query }: ApiRequest): Wish | undefined {
  const { namespace, name, sub, plural } = placeOf(path);
  if (plural === '' || plural === 'selfsubjectaccessreviews') return undefined;
  const group = /^\/apis\/([^/]+)\//.exec(path)?.[1] ?? '';
  const reading = query.watch === 'true' ? 'watch' : name === undefined ? 'list' : 'get';
  const changing: Readonly<Record<string, string>> = { POST: 'create', PATCH: 'patch', DELETE: 'delete' };
  return { verb: changing[method] ?? reading, group, resource: sub ? `${plural}/${sub}` : plural, namespace, name };
}

const forbidden = ({ verb, resource, group, namespace }: Wish) => ({
  ...recordedStatus('podsForbidden'),
  message: `${resource} is forbidden: User "test" cannot ${verb} resource "${resource}" in API group "${group}"${namespace ? ` in the namespace "${namespace}"` : ' at the cluster scope'}`,
});

const keyOf = (name: string, namespace = ''): string => `${namespace}/${name}`;

export async function startApiServer(): Promise<ApiServer> {
  let collections = new Map<string, Map<string, StoredObject>>();
  let events: Event[] = [];
  let version = 1000;
  let oldest = 0;
  let uids = 0;
  /** What was applied last, by path. */
  const applied = new Map<string, StoredObject>();
  const pages = new Map<string, { readonly version: number; readonly rest: readonly StoredObject[] }>();
  const requests: ApiRequest[] = [];
  const open = new Set<OpenWatch>();
  const forwards = new Set<Socket>();
  const refusals = new Map<string, readonly [string | RegExp, number]>();
  const connections = new Set<Socket>();
  const carried: Carried & { readonly sent: Buffer[] } = { out: 0, in: 0, sent: [] };
  let port = 0;

  const inCollection = (collection: string) => {
    const found = collections.get(collection) ?? new Map<string, StoredObject>();
    collections.set(collection, found);
    return found;
  };
  const tell = (type: Event['type'], collection: string, object: StoredObject) => {
    const event = { version, type, collection, object };
    events.push(event);
    for (const watch of open) if (watch.hears(event)) write(watch.response, lineOf(event));
  };
  const lineOf = ({ type, object }: Event): string => `${JSON.stringify({ type, object })}\n`;
  const write = (response: ServerResponse, text: string) => {
    const bytes = Buffer.from(text);
    const step = server.pieceBytes || bytes.length;
    for (let at = 0; at < bytes.length; at += step) response.write(bytes.subarray(at, at + step));
  };
  const status = (response: ServerResponse, body: { readonly code: number }) =>
    void response.writeHead(body.code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const ok = (response: ServerResponse, body: object, code = 200) =>
    void response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const notFound = (plural: string, name: string) => ({
    ...recordedStatus('namespaceNotFound'),
    message: `${plural} "${name}" not found`,
    details: { name, kind: plural },
  });

  /** A refusal of a request to this path, in the words of a real server. */
  const refusalOf = (request: ApiRequest): { readonly code: number } | undefined => {
    const { path } = request;
    const wish = wishOf(request);
    if (server.rights && wish && !server.rights.may(wish)) return forbidden(wish);
    const found = [...refusals.values()].find(([which]) =>
      typeof which === 'string' ? which === path : which.test(path),
    );
    if (!found) return undefined;
    const { plural, sub } = placeOf(path);
    const what =
      sub === 'portforward' ? 'portForward' : plural === 'secrets' ? 'secret' : plural === 'nodes' ? 'nodes' : 'pods';
    const named = {
      401: 'unauthorized',
      403: `${what}Forbidden`,
      410: 'continueTooOld',
      429: 'tooManyRequests',
    } as const;
    const [, code] = found;
    const name = code in named ? named[code as keyof typeof named] : 'listTooNew';
    return { ...recordedStatus(name as StatusName), code };
  };

  function put(collection: string, given: StoredObject): StoredObject {
    version += 1;
    const { name, namespace } = given.metadata;
    const before = inCollection(collection).get(keyOf(name, namespace));
    uids += before ? 0 : 1;
    const uid =
      given.metadata.uid ?? before?.metadata.uid ?? `00000000-0000-4000-8000-${String(uids).padStart(12, '0')}`;
    const creationTimestamp =
      given.metadata.creationTimestamp ?? before?.metadata.creationTimestamp ?? new Date().toISOString();
    const object = {
      ...given,
      metadata: { ...given.metadata, uid, creationTimestamp, resourceVersion: String(version) },
    };
    inCollection(collection).set(keyOf(name, namespace), object);
    tell(before ? 'MODIFIED' : 'ADDED', collection, object);
    return object;
  }

  function remove(collection: string, before: StoredObject): void {
    version += 1;
    const { name, namespace } = before.metadata;
    inCollection(collection).delete(keyOf(name, namespace));
    applied.delete(pathOf(collection, name, namespace));
    tell('DELETED', collection, { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } });
  }

  function list(request: ApiRequest, response: ServerResponse) {
    const { collection, namespace } = placeOf(request.path);
    const { limit = '0', continue: token } = request.query;
    const page = token === undefined ? undefined : pages.get(token);
    if (token !== undefined && (!page || page.version < oldest))
      return status(response, recordedStatus('continueTooOld'));
    const fits = selects(request.query, namespace);
    const at = page?.version ?? version;
    const all = page?.rest ?? [...inCollection(collection).values()].filter(fits);
    const items = Number(limit) > 0 ? all.slice(0, Number(limit)) : all;
    const rest = all.slice(items.length);
    const next = rest.length > 0 ? `page-${pages.size}` : '';
    if (next) pages.set(next, { version: at, rest });
    ok(response, {
      kind: 'List',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(at), ...(next && { continue: next, remainingItemCount: rest.length }) },
      items,
    });
  }

  function watch(request: ApiRequest, response: ServerResponse) {
    const { collection, namespace } = placeOf(request.path);
    const from = Number(request.query.resourceVersion ?? version);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (server.closesWatches) return void response.end();
    if (from < oldest) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: recordedStatus('watchTooOld') })}\n`);
      return;
    }
    const fits = selects(request.query, namespace);
    const hears = (event: Event) => event.collection === collection && fits(event.object) && event.version > from;
    const watching: OpenWatch = { response, path: request.path, hears };
    // One from a version that is yet to come hears nothing until then.
    for (const event of events) if (hears(event)) write(response, lineOf(event));
    open.add(watching);
    response.on('close', () => open.delete(watching));
  }

  function apply(request: ApiRequest, response: ServerResponse) {
    const { collection, namespace, name = '', plural } = placeOf(request.path);
    if (namespace !== undefined && !inCollection('/api/v1/namespaces').has(keyOf(namespace)))
      return status(response, notFound('namespaces', namespace));
    const before = inCollection(collection).get(keyOf(name, namespace));
    const body = JSON.parse(request.body) as StoredObject;
    const merged = merge(without(before ?? {}, applied.get(request.path), body), body) as StoredObject;
    const isTrial = request.query.dryRun === 'All';
    if (before && isDeepStrictEqual(merged, before)) return ok(response, before);
    if (plural === '') return status(response, recordedStatus('noSuchResource'));
    if (!isTrial) applied.set(request.path, body);
    ok(response, isTrial ? merged : put(collection, merged), before ? 200 : 201);
  }

  /** Whether a request of the kind would be refused. */
  function review({ body }: ApiRequest, response: ServerResponse) {
    const asked = JSON.parse(body) as {
      readonly spec: { readonly resourceAttributes: Readonly<Record<string, string>> };
    };
    const { verb = '', group = '', resource = '', subresource, namespace, name } = asked.spec.resourceAttributes;
    const sub = subresource === undefined ? '' : `/${subresource}`;
    const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
    const own = name ?? (sub && 'any');
    const path = `${group ? `/apis/${group}/v1` : '/api/v1'}${place}/${resource}${own && `/${own}`}${sub}`;
    const wish = { verb, group, resource: `${resource}${sub}`, namespace, name };
    const isRefused = [...refusals.values()].some(([which]) =>
      typeof which === 'string' ? which === path : which.test(path),
    );
    ok(response, { status: { allowed: !isRefused && (server.rights?.may(wish) ?? true) } }, 201);
  }

  function answer(request: ApiRequest, response: ServerResponse) {
    const { collection, namespace, name, plural } = placeOf(request.path);
    if (request.path === '/version') return ok(response, { major: '1', minor: '20', gitVersion: 'v1.20.2' });
    if (plural === '') return status(response, recordedStatus('noSuchResource'));
    if (plural === 'selfsubjectaccessreviews') return review(request, response);
    if (request.query.watch === 'true') return watch(request, response);
    if (name === undefined) return list(request, response);
    if (request.method === 'PATCH') return apply(request, response);
    const found = inCollection(collection).get(keyOf(name, namespace));
    if (!found) return status(response, notFound(plural, name));
    if (request.method === 'DELETE') {
      const { metadata } = found;
      // It stays until its finalizers are gone.
      if (Array.isArray(metadata.finalizers) && metadata.finalizers.length > 0)
        put(collection, { ...found, metadata: { ...metadata, deletionTimestamp: new Date().toISOString() } });
      else remove(collection, found);
      return ok(response, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
    }
    ok(response, found);
  }

  const noted = (incoming: IncomingMessage, body: string): ApiRequest => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://x');
    const { method = '', headers } = incoming;
    const request = { method, path: pathname, query: Object.fromEntries(searchParams), headers, body };
    requests.push(request);
    return request;
  };
  const http = createServer(async (incoming, response) => {
    let body = '';
    for await (const part of incoming.setEncoding('utf8')) body += part;
    const request = noted(incoming, body);
    const refusal = refusalOf(request);
    const trouble = server.trouble(request);
    if (trouble === 'silence') return;
    if (trouble === 'hang up') incoming.socket.destroy();
    else if (trouble !== undefined) status(response, recordedStatus(trouble));
    else if (refusal) status(response, refusal);
    else answer(request, response);
  });
  http.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  http.on('upgrade', (incoming, stream) => {
    const request = noted(incoming, '');
    const socket = stream as Socket;
    const refuse = (body: { readonly code: number }) => {
      const text = JSON.stringify(body);
      const head = [`HTTP/1.1 ${body.code} No`, 'Content-Type: application/json', `Content-Length: ${text.length}`];
      socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
    };
    const trouble = server.trouble(request);
    const refusal = refusalOf(request);
    if (trouble === 'silence') return;
    if (trouble === 'hang up') return void socket.destroy();
    if (trouble !== undefined) return refuse(recordedStatus(trouble));
    if (refusal) return refuse(refusal);
    const { namespace, name = '', sub, collection } = placeOf(request.path);
    if (sub !== 'portforward' || !inCollection(collection).has(keyOf(name, namespace)))
      return refuse(notFound('pods', name));
    forwards.add(socket);
    socket.on('close', () => forwards.delete(socket));
    forward(incoming, socket, server.pods.get(name) ?? '/nobody', Number(request.query.ports), carried);
  });

  const server: ApiServer = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    requests,
    trouble: () => undefined,
    rights: undefined,
    closesWatches: false,
    pieceBytes: 0,
    pods: new Map(),
    put(path, object) {
      const { collection, namespace } = placeOf(path);
      put(collection, namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } });
    },
    remove(path, uid) {
      const { collection } = placeOf(path);
      const found = [...inCollection(collection).values()].find(({ metadata }) => metadata.uid === uid);
      if (found) remove(collection, found);
    },
    find(path) {
      const { collection, namespace, name = '' } = placeOf(path);
      return inCollection(collection).get(keyOf(name, namespace));
    },
    refuse(path, code) {
      if (code === undefined) refusals.delete(String(path));
      else refusals.set(String(path), [path, code]);
    },
    watches: (end = '') => [...open].filter(({ path }) => path.endsWith(end)).length,
    say(end, line) {
      for (const { path, response } of open) if (path.endsWith(end)) write(response, line);
    },
    bookmark() {
      for (const { response } of open) {
        const object = { metadata: { resourceVersion: String(version), creationTimestamp: null } };
        write(response, `${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
      }
    },
    endWatches() {
      for (const { response } of open) response.end();
    },
    compact() {
      version += 1;
      oldest = version;
      events = [];
    },
    cut() {
      for (const socket of connections) socket.destroy();
    },
    get forwards() {
      return forwards.size;
    },
    get toAgents() {
      return Buffer.concat(carried.sent);
    },
    get signedIn() {
      return new Set(requests.map(({ headers }) => headers.authorization ?? ''));
    },
    async stop() {
      const closed = new Promise((resolve) => http.close(resolve));
      for (const socket of connections) socket.destroy();
      await closed;
    },
    async start(anew = false) {
      if (anew) {
        collections = new Map();
        events = [];
        version = 5;
        oldest = 0;
        pages.clear();
      }
      await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
      port = (http.address() as AddressInfo).port;
    },
    get kubeconfig() {
      return JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'test', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'test', user: { token } }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'shop' } }],
        'current-context': 'test',
      });
    },
    get config() {
      const config = new KubeConfig();
      config.loadFromString(server.kubeconfig);
      return config;
    },
    close: () => (http.listening ? server.stop() : Promise.resolve()),
  };
  await server.start();
  return server;
}

/** Whether an object is of the namespace and has the labels that were asked for. */
function selects(query: ApiRequest['query'], namespace: string | undefined): (object: StoredObject) => boolean {
  const labels = (query.labelSelector ?? '').split(',').filter(Boolean);
  return ({ metadata }) =>
    (namespace === undefined || metadata.namespace === namespace) &&
    labels.every((label) => {
      const [name = '', value] = label.split('=');
      return metadata.labels?.[name] === value;
    });
}

/** What is there without the fields that were applied before and are not any more. */
function without(there: unknown, before: unknown, applied: unknown): unknown {
  if (!isMap(there) || !isMap(before) || !isMap(applied)) return there;
  const kept = Object.entries(there).flatMap(([name, value]): [string, unknown][] => {
    if (name in applied) return [[name, without(value, before[name], applied[name])]];
    return name in before ? [] : [[name, value]];
  });
  return Object.fromEntries(kept);
}

/** Fields of an applied configuration over those that are there. */
function merge(before: unknown, applied: unknown): unknown {
  if (!isMap(before) || !isMap(applied)) return applied;
  const merged = { ...before };
  for (const [name, value] of Object.entries(applied))
    merged[name] = name in before ? merge(before[name], value) : value;
  return merged;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
