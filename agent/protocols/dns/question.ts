/** One question, its repetitions and its answer: the state behind a row of `dns_events`. */
import type { Row } from '../../../src/domain/column.ts';
import { answersText, outcomeOf, shortestTtl } from './answer.ts';
import { opcodeName, rcodeName, typeName } from './codes.ts';
import type { Conversation } from './conversation.ts';
import type { DnsMessage, DnsQuestion } from './message.ts';
import { type AnswerColumns, QuestionRow, type RowSurroundings } from './question-row.ts';

export type Standing = 'pending' | 'answered' | 'unanswered' | 'late';

export interface QuestionOptions {
  readonly conversation: Conversation;
  readonly role: 'client' | 'server';
  readonly messageId: number;
  /** Among all questions told together. */
  readonly number: number;
  readonly asked: DnsQuestion;
  readonly opcode: number;
  /** Captured ns. */
  readonly time: number;
  /** Bytes on the wire; 0 when only the answer was seen. */
  readonly size: number;
}

export class Question {
  readonly conversation: Conversation;
  readonly role: 'client' | 'server';
  readonly messageId: number;
  readonly asked: DnsQuestion;
  readonly time: number;
  readonly size: number;
  standing: Standing = 'pending';
  /** When it was sent last, and when it was over. */
  sentTime: number;
  overTime = 0;
  retries = 0;
  /** The name it expands with a search domain. */
  searchOf: string | null = null;
  /** A state of it was told. */
  isShown = false;
  #answer: AnswerColumns | undefined;
  readonly #opcode: number;
  readonly #number: number;

  constructor(options: QuestionOptions) {
    const { conversation, role, messageId, asked, opcode, time, size } = options;
    this.conversation = conversation;
    this.role = role;
    this.messageId = messageId;
    this.asked = asked;
    this.time = time;
    this.sentTime = time;
    this.size = size;
    this.#opcode = opcode;
    this.#number = options.number;
  }

  get type(): string {
    return typeName(this.asked.type);
  }

  /** ns from question to answer; null where either was not seen. */
  get latency(): number | null {
    return this.#answer?.latency ?? null;
  }

  get responseSize(): number {
    return this.#answer?.resp_size ?? 0;
  }

  /** Whether a resolver would go on to the next search domain. */
  get hasFailed(): boolean {
    const { outcome } = this.#answer ?? {};
    return outcome === 'error' || outcome === 'empty';
  }

  /** `kept` bytes of the answer's `size` were captured. */
  answer(message: DnsMessage, time: number, size: number, kept: number): void {
    const isLate = this.standing === 'unanswered';
    this.standing = isLate ? 'late' : 'answered';
    this.overTime = time;
    const latency = this.size === 0 ? null : Math.max(0, time - this.time);
    this.#answer = {
      rcode: rcodeName(message.rcode),
      outcome: isLate ? 'unanswered' : outcomeOf(message, this.asked.type),
      answers: answersText(message),
      answer_count: message.answerCount,
      ttl: shortestTtl(message),
      latency,
      resp_size: size,
      error: this.#problem(message, size, kept, isLate && latency !== null ? latency : undefined),
    };
  }

  #problem(message: DnsMessage, size: number, kept: number, late: number | undefined): string | null {
    const problems: string[] = [];
    if (late !== undefined) problems.push(`answered after ${(late / 1e9).toFixed(1)} s`);
    if (this.size === 0) problems.push('question not seen');
    if (message.extendedError !== undefined) problems.push(message.extendedError);
    if (message.malformed !== undefined) {
      problems.push(kept < size ? `answer captured up to ${kept} of ${size} bytes` : `malformed ${message.malformed}`);
    }
    return problems.length > 0 ? problems.join('; ') : null;
  }

  /** The row as it stands. */
  row(names: Row, around: RowSurroundings): Row {
    const answer = this.#answer;
    const opcode = this.#opcode === 0 ? undefined : `${opcodeName(this.#opcode)} message`;
    const { role, time, standing, retries, searchOf, size } = this;
    return new QuestionRow(names, around, {
      role,
      time,
      cookie: this.conversation.ends.cookie,
      number: this.#number,
      name: this.asked.name,
      type: this.type,
      standing,
      retries,
      searchOf,
      size,
      answer,
      problem: opcode === undefined ? (answer?.error ?? null) : [opcode, answer?.error].filter(Boolean).join('; '),
    }) as unknown as Row;
  }
}
