/** Keeps a book of this node's pods by a watch on the API server; nothing else of the cluster is read. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { PodBook } from './pod-book.ts';
import type { PodObject } from './pod-identity.ts';

export interface PodWatchState {
  /** `away`: names are what they were; it is tried again. */
  readonly state: 'connecting' | 'synced' | 'away';
  /** Why it is away, in words that say what to do where there is something. */
  readonly reason: string | undefined;
}

export interface PodWatch {
  readonly state: PodWatchState;
  stop(): void;
}

export interface PodWatchOptions {
  readonly config: KubeConfig;
  readonly node: string;
  readonly book: Pick<PodBook, 'put' | 'remove'>;
  readonly onState?: (state: PodWatchState) => void;
  /** Milliseconds until the n-th try after a failure, n from 0 on. */
  readonly backOff?: (attempt: number) => number;
}

const path = '/api/v1/pods';

/** Begins to watch; does not keep the process alive by itself. Never throws: what is wrong is in `state`. */
export async function watchPods(options: PodWatchOptions): Promise<PodWatch> {
  const { config, node, book, onState, backOff = withJitter } = options;
  // Its models take 100 ms to load: only who is in a cluster pays for them.
  const { CoreV1Api, ListWatch, Watch } = await import('@kubernetes/client-node');
  const api = config.makeApiClient(CoreV1Api);
  const fieldSelector = `spec.nodeName=${node}`;
  const list = () => api.listPodForAllNamespaces({ fieldSelector });
  // The library takes whatever is JSON for an event; it fails on one without an object, and where credentials cannot be had, where nobody can catch it.
  class CheckedWatch extends Watch {
    override async watch(...[where, query, callback, done]: Parameters<InstanceType<typeof Watch>['watch']>) {
      const check: typeof callback = (type, object, event) => {
        if (isEvent(type, object)) callback(type, object, event);
      };
      try {
        return await super.watch(where, query, check, done);
      } catch (error) {
        done(error);
        return new AbortController();
      }
    }
  }
  const pods = new ListWatch(path, new CheckedWatch(config), list, false, undefined, fieldSelector);
  let current: PodWatchState = { state: 'connecting', reason: undefined };
  let attempt = 0;
  let timer: NodeJS.Timeout | undefined;
  let hasFailed = false;
  let isStopped = false;

  const turn = (state: PodWatchState['state'], reason?: string): void => {
    if (current.state === state && current.reason === reason) return;
    current = { state, reason };
    onState?.(current);
  };
  const fail = (error: unknown): void => {
    hasFailed = true;
    if (isStopped) return;
    turn('away', reasonOf(error));
    clearTimeout(timer);
    timer = setTimeout(start, backOff(attempt)).unref();
    attempt += 1;
  };
  const start = (): void => {
    hasFailed = false;
    pods.start().then(() => {
      if (hasFailed || isStopped) return;
      attempt = 0;
      turn('synced');
    }, fail);
  };
  pods.on('add', (pod) => book.put(pod as PodObject));
  pods.on('update', (pod) => book.put(pod as PodObject));
  pods.on('delete', (pod) => book.remove(pod as PodObject));
  pods.on('error', fail);
  start();

  return {
    get state() {
      return current;
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      void pods.stop();
    },
  };
}

/** Of a bookmark and an error there is no more to be sure of than that they are objects. */
function isEvent(type: unknown, object: unknown): boolean {
  if (typeof type !== 'string' || typeof object !== 'object' || object === null) return false;
  const { metadata } = object as { readonly metadata?: unknown };
  return type === 'ERROR' || (typeof metadata === 'object' && metadata !== null);
}

/** 1 s, doubled up to half a minute, each between half of that and all of it: a thousand agents must not come back at once. */
function withJitter(attempt: number): number {
  return Math.min(30_000, 1000 * 2 ** attempt) * (0.5 + Math.random() / 2);
}

function reasonOf(error: unknown): string {
  const { statusCode, code, message, cause } = error as {
    readonly statusCode?: number;
    readonly code?: number | string;
    readonly message?: string;
    readonly cause?: { readonly code?: string; readonly message?: string };
  };
  const status = statusCode ?? code;
  if (status === 401) return 'the API server refuses the credentials (401)';
  if (status === 403) return 'not allowed to read pods (403): the agent needs get, list and watch on pods';
  if (typeof status === 'number') return `the API server answers ${status}`;
  return `the API server cannot be reached: ${cause?.code ?? cause?.message ?? message ?? String(error)}`;
}
