/** A row of a summary: some numbers and a distribution of its own, the rest shared by all seconds of its subject. */
import type { Row } from '../../src/domain/column.ts';
import { readShared, rowBytes, sharedColumns } from '../../src/domain/shared-row.ts';
import { edgeStats } from '../../src/domain/tables/edge-stats.ts';
import { endpointStats } from '../../src/domain/tables/endpoint-stats.ts';
import { podStats } from '../../src/domain/tables/pod-stats.ts';
import type { Cell } from './cell.ts';
import type { Subject } from './subject.ts';

/** The object with two boxed numbers, the text's header and padding, and the row's place in the ring. */
const objectBytes = 240;

export class SummaryRow {
  readonly [sharedColumns]: Row;
  readonly #subject: Subject;
  /** The start of the second that was numbered zero, Unix ns. */
  readonly #epoch: bigint;
  readonly #second: number;
  /** Encoded, a character a byte: an array of bytes of this size would take five times the memory. '' = nothing was timed. */
  readonly #latency: string;
  readonly latency_p50: number | null;
  readonly latency_p99: number | null;
  readonly requests: number;
  readonly errors_4xx: number;
  readonly errors_5xx: number;
  readonly failures: number;
  readonly sampled_out: number;
  readonly req_bytes: number;
  readonly resp_bytes: number;

  constructor(subject: Subject, cell: Cell, epoch: bigint) {
    const { latency } = cell;
    this[sharedColumns] = subject.columns;
    this.#subject = subject;
    this.#epoch = epoch;
    this.#second = cell.second;
    this.#latency = latency.count > 0 ? textOf(latency.encode()) : '';
    this.latency_p50 = latency.quantile(0.5) ?? null;
    this.latency_p99 = latency.quantile(0.99) ?? null;
    this.requests = cell.requests;
    this.errors_4xx = cell.clientErrors;
    this.errors_5xx = cell.serverErrors;
    this.failures = cell.failures;
    this.sampled_out = cell.sampledOut;
    this.req_bytes = cell.requestBytes;
    this.resp_bytes = cell.responseBytes;
  }

  get [rowBytes](): number {
    return objectBytes + this.#latency.length;
  }
  get time_(): bigint {
    return this.#epoch + BigInt(this.#second) * 1_000_000_000n;
  }
  get id(): string {
    return `${this.#second.toString(36)}.${this.#subject.id}`;
  }
  get latency(): Uint8Array | null {
    return this.#latency === '' ? null : bytesOf(this.#latency);
  }
}

const own = new Set(['time_', 'id', 'latency', 'latency_p50', 'latency_p99', 'requests', 'errors_4xx', 'errors_5xx']);
for (const id of ['failures', 'sampled_out', 'req_bytes', 'resp_bytes']) own.add(id);
const columns = [podStats, edgeStats, endpointStats].flatMap(({ columnIds }) => columnIds);
readShared(SummaryRow.prototype, new Set(columns.filter((id) => !own.has(id))));

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
