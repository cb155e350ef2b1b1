/**
 * Keeps up with all objects of one kind: a list in pages, then a watch from there on, again and again. Nothing of an object is kept but its
 * UID, so that a cluster of many thousand pods costs what is made of them (client-go's Reflector, tools/cache/reflector.go, has the same shape).
 */
import type { KubeConfig } from '@kubernetes/client-node';
import { reasonOf, statusOf } from './api-reasons.ts';

export interface ObjectWatchState {
  /** `synced`: listed, and followed since. `away`: what is known is what it was; it is tried again. */
  readonly state: 'connecting' | 'synced' | 'away';
  /** Why it is away, in words that say what to do where there is something. */
  readonly reason: string | undefined;
  /** HTTP status where the API server refused. */
  readonly status?: number | undefined;
}

export interface ObjectWatch {
  readonly state: ObjectWatchState;
  stop(): void;
}

interface Listed {
  readonly metadata?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** A page of a list (meta/v1 ListMeta). */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly metadata?: { readonly resourceVersion?: string; readonly _continue?: string };
}

export interface ObjectWatchOptions<T extends Listed> {
  readonly config: KubeConfig;
  /** What is watched, e.g. "/api/v1/pods", and its name in words. */
  readonly path: string;
  readonly resource: string;
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** Objects of a page at most; default 500. */
  readonly pageSize?: number | undefined;
  /** One page of the same. */
  readonly list: (page: { readonly limit: number; readonly _continue?: string }) => Promise<ListPage<T>>;
  /** It is there, or has changed. */
  readonly put: (object: T) => void;
  /** It is gone; how it was at its end where that was told. */
  readonly remove: (uid: string, object: T | undefined) => void;
  readonly onState?: ((state: ObjectWatchState) => void) | undefined;
  /** Milliseconds until the n-th try after a failure, n from 0 on; `isUnreachable`: nobody answered. */
  readonly backOff?: ((attempt: number, isUnreachable?: boolean) => number) | undefined;
  /** For tests: so long a watch may say nothing, and its answer may take, ms; default: as the client library has it, half a minute. */
  readonly silenceMs?: number | undefined;
}

/** Small enough that neither side stands still for it. */
const usualPageSize = 500;
/** A watch that ended sooner than this counts as a failure, ms: a proxy that closes each at once must not be asked without pause. */
const shortestWatchMs = 1000;

/** Begins to watch; does not keep the process alive by itself. Never throws: what is wrong is in `state`. */
export async function watchObjects<T extends Listed>(options: ObjectWatchOptions<T>): Promise<ObjectWatch> {
  const { config, path, resource, put, remove, onState, pageSize = usualPageSize, backOff = withJitter } = options;
  // Its models take 100 ms to load: only who is in a cluster pays for them.
  const { Watch } = await import('@kubernetes/client-node');
  const watch = new Watch(config);
  if (options.silenceMs !== undefined) Object.assign(watch, { requestTimeoutMs: options.silenceMs });
  let current: ObjectWatchState = { state: 'connecting', reason: undefined };
  let known = new Set<string>();
  /** From which version on to watch: all before it is known. Undefined = nothing is, or not for sure. */
  let version: string | undefined;
  let isStopped = false;
  let abort: (() => void) | undefined;

  const turn = (state: ObjectWatchState['state'], error?: unknown): void => {
    const reason = state === 'away' ? reasonOf(error, { verbs: 'get, list and watch', resource }) : undefined;
    if (isStopped || (current.state === state && current.reason === reason)) return;
    current = { state, reason, status: statusOf(error) };
    onState?.(current);
  };

  /** Everything there is; returns from which version on to watch. */
  async function list(): Promise<string> {
    const found = new Set<string>();
    let next: string | undefined;
    let listed = '';
    do {
      const page = await options.list({ limit: pageSize, ...(next && { _continue: next }) });
      if (isStopped) return '';
      for (const object of page.items) {
        const uid = object.metadata?.uid;
        if (uid === undefined) continue;
        found.add(uid);
        // Also where the list breaks off: who is not in the next one is gone.
        known.add(uid);
        put(object);
      }
      listed = page.metadata?.resourceVersion ?? '';
      next = page.metadata?._continue || undefined;
    } while (next !== undefined);
    for (const uid of known) if (!found.has(uid)) remove(uid, undefined);
    known = found;
    return listed;
  }

  /** Follows from a version on until the stream ends, and keeps `version` up to where it came; 'expired' when it must be listed again. */
  function follow(from: string): Promise<'ended' | 'expired'> {
    return new Promise((resolve, reject) => {
      let isExpired = false;
      let isAnswered = false;
      let isOver = false;
      const event = (type: unknown, object: unknown): void => {
        if (isStopped || typeof object !== 'object' || object === null) return;
        // An error is a Status: 410 Gone where the version is too old, else the server has no more to say than that it begins anew.
        if (type === 'ERROR') {
          isExpired = true;
          abort?.();
          return;
        }
        const { metadata } = object as Listed;
        if (typeof metadata !== 'object' || metadata === null) return;
        if (typeof metadata.resourceVersion === 'string') version = metadata.resourceVersion;
        const { uid } = metadata;
        if (type === 'BOOKMARK' || typeof uid !== 'string') return;
        if (type === 'DELETED') {
          known.delete(uid);
          remove(uid, object as T);
        } else if (type === 'ADDED' || type === 'MODIFIED') {
          known.add(uid);
          put(object as T);
        }
      };
      const done = (error: unknown): void => {
        isOver = true;
        if (isExpired || statusOf(error) === 410) resolve('expired');
        else if (error && !(isAnswered && isQuietEnd(error))) reject(error);
        else resolve('ended');
      };
      const { fieldSelector, labelSelector } = options;
      const query = { resourceVersion: from, allowWatchBookmarks: true, fieldSelector, labelSelector };
      // Credentials that cannot be had fail here, before there is a stream.
      watch.watch(path, query, event, done).then((controller) => {
        isAnswered = true;
        abort = () => controller.abort();
        if (isStopped || isExpired) abort();
        else if (!isOver) turn('synced');
      }, reject);
    });
  }

  /** Another server, or one that was set back, has versions of its own: a watch from one that it never had is silent for good. */
  async function isBehind(version: string): Promise<boolean> {
    const { metadata } = await options.list({ limit: 1 });
    return isLower(metadata?.resourceVersion ?? '', version);
  }

  async function run(): Promise<void> {
    let attempt = 0;
    /** No answer to the last call, and to the last one that was no watch. */
    let wasUnreachable = false;
    let wasGone = false;
    let wasExpired = false;
    /** Of the watch, while there is one. */
    let began: number | undefined;
    /** It is back, or was there for a while, which is no failure any more: what it says now must not wait for as long as it was away. */
    const forgive = (): void => {
      if (wasGone || (began !== undefined && performance.now() - began >= shortestWatchMs)) attempt = 0;
    };
    while (!isStopped) {
      try {
        if (wasUnreachable && version !== undefined && (await isBehind(version))) version = undefined;
        version ??= await list();
        if (isStopped) return;
        forgive();
        wasGone = false;
        wasUnreachable = false;
        began = performance.now();
        const isExpired = (await follow(version)) === 'expired';
        if (isExpired) version = undefined;
        const isHasty = performance.now() - began < shortestWatchMs && (!isExpired || wasExpired);
        wasExpired = isExpired;
        forgive();
        began = undefined;
        if (!isHasty) continue;
      } catch (error) {
        if (isStopped) return;
        // The rest of a long list can be too old to be had: it begins anew.
        if (statusOf(error) !== 410) turn('away', error);
        // What was deleted while nobody answered a watch from the version before tells of; a version that the server does not take is listed anew.
        wasUnreachable = statusOf(error) === undefined;
        if (!wasUnreachable) version = undefined;
        const isGone = wasUnreachable && began === undefined;
        if (!isGone) forgive();
        wasGone = isGone;
        began = undefined;
      }
      await pause(backOff(attempt, wasUnreachable));
      attempt += 1;
    }
  }

  let wake: (() => void) | undefined;
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, ms).unref();
    });
  }

  void run();
  return {
    get state() {
      return current;
    },
    stop() {
      isStopped = true;
      abort?.();
      wake?.();
    },
  };
}

/** Versions are numbers (kubernetes.io/docs/reference/using-api/api-concepts, "Resource versions"); of what is none the one is as good as the other. */
function isLower(a: string, b: string): boolean {
  return /^\d+$/.test(a) && /^\d+$/.test(b) ? BigInt(a) < BigInt(b) : a !== b;
}

/** The client ends a watch that said nothing for a while, and one it was told to end. */
function isQuietEnd(error: unknown): boolean {
  const { name } = error as { readonly name?: unknown };
  return name === 'TimeoutError' || name === 'AbortError';
}

/**
 * 1 s, doubled up to half a minute, each between half of that and all of it: a thousand agents must not come back at once. Who does not answer at all is
 * asked again within 8 s, as that costs it little, and everybody waits for names.
 */
function withJitter(attempt: number, isUnreachable = false): number {
  return Math.min(isUnreachable ? 8_000 : 30_000, 1000 * 2 ** attempt) * (0.5 + Math.random() / 2);
}
