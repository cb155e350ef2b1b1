/**
 * Finds out which questions expand a shorter name with the search domains of resolv.conf(5): the resolver asks one after the
 * other, each as soon as the one before has failed.
 */
import { oldestEntryOf } from '../../../src/domain/oldest-entry.ts';
import type { Question } from './question.ts';

/** A resolver goes on at once. */
const pauseNanos = 250e6;
/** What failed is remembered for so long after the last of it. */
const keptNanos = 2e9;
const maxFailed = 8;
const maxAskers = 4096;

export interface SearchSeries {
  /** A question was asked: fills `searchOf`, of it and of those before it; returns those before it that changed. */
  asked(question: Question): readonly Question[];
  /** A question was answered without success. */
  failed(question: Question): void;
  /** Forgets series that are over. */
  tick(time: number): void;
}

export function createSearchSeries(): SearchSeries {
  const failures = new Map<string, Question[]>();
  const oldestAsker = oldestEntryOf(failures);

  return {
    asked(question) {
      const before = failures.get(askerOf(question));
      const recent = before?.filter(({ overTime }) => question.time - overTime <= pauseNanos) ?? [];
      const last = recent.at(-1);
      const base = last && baseOf(last, question.asked.name);
      if (base === undefined) return [];
      if (question.asked.name !== base) question.searchOf = base;
      const changed = (before ?? []).filter(
        (earlier) => earlier.searchOf === null && earlier.asked.name.startsWith(`${base}.`),
      );
      for (const earlier of changed) earlier.searchOf = base;
      return changed;
    },
    failed(question) {
      const asker = askerOf(question);
      const list = failures.get(asker) ?? [];
      list.push(question);
      if (list.length > maxFailed) list.shift();
      // Whoever asks in vain goes to the end: the first is the one silent for longest.
      failures.delete(asker);
      failures.set(asker, list);
      const oldest = failures.size > maxAskers ? oldestAsker() : undefined;
      if (oldest) failures.delete(oldest[0]);
    },
    tick(time) {
      for (const [asker, list] of failures) {
        if (time - (list.at(-1)?.overTime ?? 0) < keptNanos) break;
        failures.delete(asker);
      }
    },
  };
}

function askerOf({ conversation: { ends }, role, asked }: Question): string {
  const asker = role === 'client' ? ends.pid : ends.remoteAddress;
  return `${ends.cgroupId} ${asker} ${asked.type}`;
}

/** The name that both a failed question and the next one stand for, if they do. */
function baseOf(failed: Question, next: string): string | undefined {
  const before = failed.asked.name;
  if (before === next) return undefined;
  const known = failed.searchOf;
  if (known !== null && (next === known || next.startsWith(`${known}.`))) return known;
  // Tried as it is after or before its expansions (ndots).
  if (before.startsWith(`${next}.`)) return next;
  if (next.startsWith(`${before}.`)) return before;
  return sharedBase(before.split('.'), next.split('.'));
}

/** In Kubernetes search domains end in each other: "shop.svc.cluster.local", "svc.cluster.local", "cluster.local". */
function sharedBase(before: readonly string[], next: readonly string[]): string | undefined {
  let head = 0;
  while (head < next.length && before[head] === next[head]) head++;
  const tail = next.length - head;
  if (head === 0 || tail === 0 || before.length <= next.length) return undefined;
  const rest = before.slice(before.length - tail);
  return rest.every((label, i) => label === next[head + i]) ? next.slice(0, head).join('.') : undefined;
}
