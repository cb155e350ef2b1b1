/** What a recording says about its host, learnt as it is played. */
import type { RecordingFact } from './recording-format.ts';

export interface RecordingFacts {
  learn(fact: unknown): boolean;
  pathOf(cgroupId: number): string | undefined;
  /** Name of a process as it was when recorded. */
  nameOf(pid: number, comm: string): string | undefined;
  ownerOf(cookie: number): { readonly pid: number; readonly comm: string } | undefined;
}

/** Entries of each kind kept; the oldest go first. */
const limit = 65_536;

export function createRecordingFacts(): RecordingFacts {
  const paths = new Map<number, string>();
  const names = new Map<string, string>();
  const owners = new Map<number, { pid: number; comm: string }>();
  return {
    /** False for what is no fact. */
    learn(value) {
      const fact = value as RecordingFact | null;
      if (fact?.kind === 'cgroup' && isNumber(fact.id) && isText(fact.path)) put(paths, fact.id, fact.path);
      else if (fact?.kind === 'process' && isNumber(fact.pid) && isText(fact.comm) && isText(fact.name)) {
        put(names, `${fact.pid} ${fact.comm}`, fact.name);
      } else if (fact?.kind === 'owner' && isNumber(fact.cookie) && isNumber(fact.pid) && isText(fact.comm)) {
        put(owners, fact.cookie, { pid: fact.pid, comm: fact.comm });
      } else return false;
      return true;
    },
    pathOf: (cgroupId) => paths.get(cgroupId),
    nameOf: (pid, comm) => names.get(`${pid} ${comm}`),
    ownerOf: (cookie) => owners.get(cookie),
  };
}

function put<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value);
  if (map.size <= limit) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 4096;
