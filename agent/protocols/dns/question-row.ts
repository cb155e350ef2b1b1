/** A question as a row of `dns_events`: it holds what is its own, and makes the columns of it when they are read. */
import type { Row } from '../../../src/domain/column.ts';
import { readShared, rowBytes, sharedColumns } from '../../../src/domain/shared-row.ts';
import { type DnsEvent, dnsEvents } from '../../../src/domain/tables/dns-events.ts';
import { identityColumns } from '../../../src/domain/tables/shared/identity.ts';

/** What an answer says, in words: the message's bytes are not kept. */
export type AnswerColumns = Pick<
  DnsEvent,
  'rcode' | 'outcome' | 'answers' | 'answer_count' | 'ttl' | 'latency' | 'resp_size' | 'error'
>;

/** What all rows of one transport share. */
export interface RowSurroundings {
  readonly transport: 'udp' | 'tcp';
  /** Unix ns of a captured time. */
  readonly wallTime: (time: number) => bigint;
}

export interface QuestionState {
  readonly role: 'client' | 'server';
  /** Captured ns. */
  readonly time: number;
  readonly cookie: number;
  /** Among all questions told together. */
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly standing: 'pending' | 'answered' | 'unanswered' | 'late';
  readonly retries: number;
  readonly searchOf: string | null;
  readonly size: number;
  readonly answer: AnswerColumns | undefined;
  readonly problem: string | null;
}

/** The row's object, its boxed numbers and its place in the ring; half of the object that names the ends, which two rows share mostly. */
const objectBytes = 320;
const answerBytes = 104;
const textHeader = 20;

export class QuestionRow {
  readonly [sharedColumns]: Row;
  readonly #around: RowSurroundings;
  readonly #answer: AnswerColumns | undefined;
  readonly #time: number;
  readonly #cookie: number;
  readonly #number: number;
  readonly #isPending: boolean;
  readonly trace_role: 'client' | 'server';
  readonly query_name: string;
  readonly query_type: string;
  readonly retries: number;
  readonly search_of: string | null;
  readonly req_size: number;
  readonly error: string | null;

  constructor(names: Row, around: RowSurroundings, state: QuestionState) {
    this[sharedColumns] = names;
    this.#around = around;
    this.#answer = state.answer;
    this.#time = state.time;
    this.#cookie = state.cookie;
    this.#number = state.number;
    this.#isPending = state.standing === 'pending';
    this.trace_role = state.role;
    this.query_name = state.name;
    this.query_type = state.type;
    this.retries = state.retries;
    this.search_of = state.searchOf;
    this.req_size = state.size;
    this.error = state.problem;
  }

  get [rowBytes](): number {
    const answer = this.#answer;
    const answers = answer?.answers;
    return (
      objectBytes +
      (answer ? answerBytes : 0) +
      textHeader +
      this.query_name.length +
      (answers ? textHeader + answers.length : 0) +
      (this.error?.length ?? 0)
    );
  }
  get time_(): bigint {
    return this.#around.wallTime(this.#time);
  }
  /** The time keeps the numbers of two agents, one after the other, apart. */
  get id(): string {
    return `${this.conn_id}.${Math.round(this.#time / 1e6).toString(36)}.${this.#number.toString(36)}`;
  }
  get conn_id(): string {
    return this.#cookie.toString(16);
  }
  get transport(): 'udp' | 'tcp' {
    return this.#around.transport;
  }
  get outcome(): DnsEvent['outcome'] {
    return this.#answer?.outcome ?? (this.#isPending ? 'in-flight' : 'unanswered');
  }
  get rcode(): string | null {
    return this.#answer?.rcode ?? null;
  }
  get answers(): string | null {
    return this.#answer?.answers ?? null;
  }
  get answer_count(): number {
    return this.#answer?.answer_count ?? 0;
  }
  get ttl(): number | null {
    return this.#answer?.ttl ?? null;
  }
  get latency(): number | null {
    return this.#answer?.latency ?? null;
  }
  get resp_size(): number {
    return this.#answer?.resp_size ?? 0;
  }
}

readShared(
  QuestionRow.prototype,
  dnsEvents.columnIds.filter((id) => id in identityColumns && id !== 'trace_role'),
);
