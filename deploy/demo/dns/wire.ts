/** DNS messages (RFC 1035 §4): questions read, answers written. No compression but of the question's name. */
import type { RecordType, ResourceRecord } from './zone.ts';

export interface Question {
  readonly id: number;
  readonly recursionDesired: boolean;
  /** Without the dot at the end. */
  readonly name: string;
  /** "A", "AAAA" …, or a number as text. */
  readonly type: string;
  /** The bytes of the question section, to be sent back as they came. */
  readonly section: Buffer;
}

const typeNumbers: Readonly<Record<RecordType, number>> = { A: 1, CNAME: 5, TXT: 16, AAAA: 28 };
const typeNames = new Map(Object.entries(typeNumbers).map(([name, number]) => [number, name]));
const headerLength = 12;

/** The first question of a query; undefined for what is none. */
export function readQuestion(message: Buffer): Question | undefined {
  if (message.length < headerLength || message.readUInt16BE(4) < 1 || (message[2] ?? 0) & 0x80) return undefined;
  const labels: string[] = [];
  let at = headerLength;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63 || at + 1 + length > message.length) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(message.toString('latin1', at, at + length));
    at += length;
  }
  if (at + 4 > message.length) return undefined;
  const type = message.readUInt16BE(at);
  return {
    id: message.readUInt16BE(0),
    recursionDesired: ((message[2] ?? 0) & 1) === 1,
    name: labels.join('.'),
    type: typeNames.get(type) ?? String(type),
    section: message.subarray(headerLength, at + 4),
  };
}

/** An answer of at most `limit` bytes: beyond, it is empty and says that it was truncated. */
export function writeAnswer(
  question: Question,
  rcode: number,
  answers: readonly ResourceRecord[],
  limit = Number.POSITIVE_INFINITY,
): Buffer {
  const records = answers.map((record) => writeRecord(record, record.name === question.name.toLowerCase()));
  const length = headerLength + question.section.length + records.reduce((sum, record) => sum + record.length, 0);
  const isCut = length > limit;
  const header = Buffer.alloc(headerLength);
  header.writeUInt16BE(question.id, 0);
  // QR, AA, TC, RD; RA and the code.
  header[2] = 0x84 | (isCut ? 2 : 0) | (question.recursionDesired ? 1 : 0);
  header[3] = 0x80 | rcode;
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(isCut ? 0 : records.length, 6);
  return Buffer.concat([header, question.section, ...(isCut ? [] : records)]);
}

function writeRecord({ name, type, ttl, data }: ResourceRecord, isQuestion: boolean): Buffer {
  const owner = isQuestion ? Buffer.from([0xc0, headerLength]) : writeName(name);
  const bytes = writeData(type, data);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(typeNumbers[type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(bytes.length, 8);
  return Buffer.concat([owner, fixed, bytes]);
}

function writeData(type: RecordType, data: string): Buffer {
  if (type === 'A') return Buffer.from(data.split('.').map(Number));
  if (type === 'CNAME') return writeName(data);
  const text = Buffer.from(data, 'utf8').subarray(0, 255);
  return Buffer.concat([Buffer.from([text.length]), text]);
}

function writeName(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
