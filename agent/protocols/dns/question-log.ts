/** Pairs questions with answers, whatever brought them, and tells of each as rows, exchanges and names. */
import { oldestEntryOf } from '../../../src/domain/oldest-entry.ts';
import { dnsEvents } from '../../../src/domain/tables/dns-events.ts';
import type { ExchangeFacts, ProtocolOutput } from '../../stream/protocol.ts';
import { addressesOf, resultOf } from './answer.ts';
import type { Conversation } from './conversation.ts';
import type { DnsLimits } from './limits.ts';
import type { DnsMessage, DnsQuestion } from './message.ts';
import { Question } from './question.ts';
import type { RowSurroundings } from './question-row.ts';
import { createSearchSeries } from './search-series.ts';

export interface QuestionLogOptions extends RowSurroundings {
  readonly output: ProtocolOutput;
  readonly limits: DnsLimits;
}

/** A message as it passed a socket. */
export interface Passed {
  readonly conversation: Conversation;
  readonly role: 'client' | 'server';
  readonly message: DnsMessage;
  readonly time: number;
  /** Bytes on the wire, and those that were captured. */
  readonly size: number;
  readonly kept: number;
}

/** Questions that are over and not forgotten; the oldest go first. */
const maxOver = 32_768;

export class QuestionLog {
  readonly #options: QuestionLogOptions;
  readonly #around: RowSurroundings;
  readonly #series = createSearchSeries();
  /** In the order in which they were sent last, and in which they were over. */
  readonly #pending = new Set<Question>();
  readonly #over = new Map<Question, Question>();
  readonly #oldestOver = oldestEntryOf(this.#over);
  #asks = 0;
  readonly #facts: { -readonly [K in keyof ExchangeFacts]: ExchangeFacts[K] } = {
    protocol: 'dns',
    role: 'client',
    identity: {},
    time: 0,
    method: '',
    target: '',
    result: 'ok',
    latency: -1,
    requestBytes: 0,
    responseBytes: 0,
  };

  /** `asks`: of a log before, whose questions were of the same conversations. */
  constructor(options: QuestionLogOptions, asks = 0) {
    this.#options = options;
    this.#asks = asks;
    this.#around = { transport: options.transport, wallTime: options.wallTime };
  }

  /** Questions that wait for an answer. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Questions so far: each has a number. */
  get asks(): number {
    return this.#asks;
  }

  pass(passed: Passed): void {
    if (passed.message.isResponse) this.#answered(passed);
    else this.#asked(passed);
  }

  #asked({ conversation, role, message, time, size }: Passed): void {
    const { question: asked } = message;
    if (asked === undefined) return;
    const same = conversation.find(message);
    if (same?.standing === 'pending' || same?.standing === 'unanswered') {
      same.retries += 1;
      same.sentTime = time;
      this.#pending.delete(same);
      if (same.standing === 'pending') this.#pending.add(same);
      if (same.isShown || time - same.time >= this.#options.limits.inFlightNanos) this.#tell(same, time);
      return;
    }
    const question = this.#newQuestion({ conversation, role, message, time, size }, asked);
    conversation.add(question);
    this.#pending.add(question);
    for (const earlier of this.#series.asked(question)) this.#tell(earlier, time);
    this.#makeRoom();
  }

  #answered({ conversation, role, message, time, size, kept }: Passed): void {
    const question = conversation.find(message) ?? this.#unseen(conversation, role, message, time);
    // A repeated question is answered as often.
    if (question === undefined || question.standing === 'answered' || question.standing === 'late') return;
    const isFirst = question.standing === 'pending';
    question.answer(message, time, size, kept);
    this.#pending.delete(question);
    this.#keep(question);
    this.#learn(question, message, time);
    if (question.hasFailed) this.#series.failed(question);
    this.#tell(question, time, isFirst && !question.hasFailed);
    if (isFirst) this.#exchange(question, resultOf(message), time);
  }

  #newQuestion(passed: Omit<Passed, 'kept'>, asked: DnsQuestion): Question {
    const { conversation, role, message, time, size } = passed;
    const { id: messageId, opcode } = message;
    this.#asks += 1;
    return new Question({ conversation, role, messageId, number: this.#asks, asked, opcode, time, size });
  }

  /** Capture began between question and answer. */
  #unseen(
    conversation: Conversation,
    role: 'client' | 'server',
    message: DnsMessage,
    time: number,
  ): Question | undefined {
    const { question: asked } = message;
    if (asked === undefined) return undefined;
    const question = this.#newQuestion({ conversation, role, message, time, size: 0 }, asked);
    conversation.add(question);
    return question;
  }

  /** Shows what takes long, gives up what takes too long, forgets what has been over for a while. */
  tick(time: number): void {
    const { inFlightNanos, unansweredNanos, lingerNanos } = this.#options.limits;
    for (const question of this.#pending) {
      if (time - question.sentTime < inFlightNanos && question.retries === 0) break;
      if (time - question.sentTime >= unansweredNanos) this.#giveUp(question, time);
      else if (!question.isShown && time - question.time >= inFlightNanos) this.#tell(question, time);
    }
    for (const question of this.#over.values()) {
      if (time - question.overTime < lingerNanos) break;
      this.#forget(question);
    }
    this.#series.tick(time);
  }

  /** No more will be seen: what waits stays in flight, as nobody knows how it went on. */
  flush(time: number): void {
    for (const question of this.#pending) if (!question.isShown) this.#tell(question, time);
  }

  /** No answer will come any more: the connection is over. */
  close(time: number): void {
    for (const question of this.#pending) this.#giveUp(question, time);
  }

  #giveUp(question: Question, time: number): void {
    question.standing = 'unanswered';
    question.overTime = time;
    this.#pending.delete(question);
    this.#keep(question);
    this.#tell(question, time);
    this.#exchange(question, 'failure', time);
  }

  #keep(question: Question): void {
    this.#over.delete(question);
    this.#over.set(question, question);
    const oldest = this.#over.size > maxOver ? this.#oldestOver() : undefined;
    if (oldest) this.#forget(oldest[0]);
  }

  #forget(question: Question): void {
    this.#over.delete(question);
    question.conversation.delete(question);
  }

  #makeRoom(): void {
    if (this.#pending.size <= this.#options.limits.pending) return;
    for (const oldest of this.#pending) {
      this.#pending.delete(oldest);
      oldest.conversation.delete(oldest);
      this.#options.output.lost('dns-budget', 1);
      return;
    }
  }

  #learn(question: Question, message: DnsMessage, time: number): void {
    const { resolved } = this.#options.output;
    if (resolved === undefined || message.rcode !== 0) return;
    const addresses = addressesOf(question.asked.name, message.answers);
    if (addresses.length === 0) return;
    const ttl = Math.min(...message.answers.map((answer) => answer.ttl)) * 1e9;
    const { role, asked, conversation } = question;
    resolved({ socket: conversation.ends, role, name: asked.name, addresses, ttl, time });
  }

  #tell(question: Question, time: number, isLast = false): void {
    const { output } = this.#options;
    const names = question.conversation.names(question.role, time);
    output.row(dnsEvents, question.row(names, this.#around), isLast && !question.isShown);
    question.isShown = true;
  }

  #exchange(question: Question, result: ExchangeFacts['result'], time: number): void {
    const { output } = this.#options;
    if (output.exchange === undefined) return;
    const facts = this.#facts;
    facts.role = question.role;
    facts.identity = question.conversation.names(question.role, time);
    facts.time = time;
    facts.method = question.type;
    facts.target = question.asked.name;
    facts.result = result;
    facts.latency = question.latency ?? -1;
    facts.requestBytes = question.size;
    facts.responseBytes = question.responseSize;
    output.exchange(facts);
  }
}
