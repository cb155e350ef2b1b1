/** What one socket and one remote end ask and answer each other. */
import type { Row } from '../../../src/domain/column.ts';
import { keptIfSame } from '../../../src/domain/shared-row.ts';
import type { Ends } from '../../capture/ends.ts';
import type { DnsMessage } from './message.ts';
import type { Question } from './question.ts';

/** Age at which names are asked again, ns. */
const namesNanos = 1e9;

export class Conversation {
  readonly ends: Ends;
  lastTime: number;
  /** By message id: those that wait, and those that are over and not forgotten. */
  readonly #questions = new Map<number, Question[]>();
  readonly #identity: (role: 'client' | 'server') => Row;
  #names: Row | undefined;
  #namesRole: string | undefined;
  #namesTime = 0;

  constructor(ends: Ends, time: number, identity: (role: 'client' | 'server') => Row) {
    this.ends = ends;
    this.lastTime = time;
    this.#identity = identity;
  }

  /** Columns that name the two ends: the same object for a second. */
  names(role: 'client' | 'server', time: number): Row {
    if (this.#names === undefined || this.#namesRole !== role || time - this.#namesTime > namesNanos) {
      const before = this.#namesRole === role ? this.#names : undefined;
      this.#names = keptIfSame(before, this.#identity(role));
      this.#namesRole = role;
      this.#namesTime = time;
    }
    return this.#names;
  }

  add(question: Question): void {
    const same = this.#questions.get(question.messageId);
    if (same) same.push(question);
    else this.#questions.set(question.messageId, [question]);
  }

  delete(question: Question): void {
    const left = this.#questions.get(question.messageId)?.filter((other) => other !== question) ?? [];
    if (left.length > 0) this.#questions.set(question.messageId, left);
    else this.#questions.delete(question.messageId);
  }

  /** The question a message repeats or answers, the newest of those that are the same; an answer may leave its question out (FORMERR). */
  find(message: DnsMessage): Question | undefined {
    const { question } = message;
    return this.#questions
      .get(message.id)
      ?.findLast(
        ({ asked }) => question === undefined || (asked.name === question.name && asked.type === question.type),
      );
  }

  /** A question has no answer yet. */
  get isWaiting(): boolean {
    for (const questions of this.#questions.values()) {
      if (questions.some(({ standing }) => standing === 'pending')) return true;
    }
    return false;
  }

  get isEmpty(): boolean {
    return this.#questions.size === 0;
  }
}
