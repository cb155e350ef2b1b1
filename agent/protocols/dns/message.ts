/** A DNS message, read (RFC 1035 §4, RFC 6891). Never throws, whatever the bytes, and takes time linear in them. */
import { extendedErrorText, typeNumbers } from './codes.ts';
import { Cursor } from './cursor.ts';
import { recordText } from './record-data.ts';

export interface DnsQuestion {
  /** Lower case, without the final dot. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Address, name or the data in words. */
  readonly text: string;
}

export interface DnsMessage {
  readonly id: number;
  readonly isResponse: boolean;
  readonly opcode: number;
  readonly truncated: boolean;
  /** With the upper bits that an OPT record adds (RFC 6891 §6.1.3). */
  readonly rcode: number;
  /** The first one; hardly anybody sends others (RFC 9619). */
  readonly question: DnsQuestion | undefined;
  /** As many as could be read. */
  readonly answers: readonly DnsRecord[];
  /** As many as there are, by the header. */
  readonly answerCount: number;
  /** What an extended error says (RFC 8914). */
  readonly extendedError: string | undefined;
  /** Where it stopped making sense. */
  readonly malformed: 'question' | 'answers' | 'rest' | undefined;
}

export const headerBytes = 12;
/** Records of a section that are read; a name server sends a few dozen. */
const maxRecords = 512;
/** EDNS option of an extended error (RFC 8914 §2). */
const extendedErrorOption = 15;

/** Whether bytes may be a DNS message: a header that makes sense. At least `headerBytes` are needed. */
export function looksLikeDns(bytes: Uint8Array, at = 0): boolean {
  const flags = (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
  const isResponse = flags >= 0x8000;
  const opcode = (flags >> 11) & 15;
  const questions = (bytes[at + 4] ?? 0) * 256 + (bytes[at + 5] ?? 0);
  const answers = (bytes[at + 6] ?? 0) * 256 + (bytes[at + 7] ?? 0);
  // Bit 6 must be zero (RFC 1035 §4.1.1, as RFC 4035 left it); only an UPDATE or IXFR asks with records.
  return (
    (flags & 0x40) === 0 &&
    opcode <= 6 &&
    opcode !== 3 &&
    (questions === 1 || (isResponse && questions === 0)) &&
    (isResponse || opcode !== 0 || answers === 0)
  );
}

/** Undefined for what is no DNS message at all: no header, or one that makes no sense. */
export function readMessage(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < headerBytes || !looksLikeDns(bytes)) return undefined;
  const cursor = new Cursor(bytes);
  const id = cursor.u16();
  const flags = cursor.u16();
  const [questions, answerCount, authorities, additionals] = [cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16()];
  const message = {
    id,
    isResponse: flags >= 0x8000,
    opcode: (flags >> 11) & 15,
    truncated: (flags & 0x200) !== 0,
    rcode: flags & 15,
    answerCount,
    answers: [] as DnsRecord[],
    question: undefined as DnsQuestion | undefined,
    extendedError: undefined as string | undefined,
    malformed: undefined as DnsMessage['malformed'],
  };
  if (questions > 0) {
    const question = { name: cursor.name(), type: cursor.u16(), class: cursor.u16() };
    if (cursor.failed) return { ...message, malformed: 'question' };
    message.question = question;
  }
  if (!readAnswers(cursor, answerCount, message.answers)) return { ...message, malformed: 'answers' };
  if (!readRest(cursor, authorities, additionals, message)) message.malformed = 'rest';
  return message;
}

function readAnswers(cursor: Cursor, count: number, answers: DnsRecord[]): boolean {
  for (let i = 0; i < count; i++) {
    const name = cursor.name();
    const type = cursor.u16();
    cursor.u16();
    const ttl = cursor.u32();
    const length = cursor.u16();
    const end = cursor.at + length;
    if (cursor.failed || end > cursor.bytes.length) return false;
    if (answers.length < maxRecords) {
      const text = recordText(type, cursor, end);
      if (text === undefined) return false;
      // The sign bit counts as zero (RFC 2181 §8).
      answers.push({ name, type, ttl: ttl >= 0x8000_0000 ? 0 : ttl, text });
    }
    cursor.at = end;
  }
  return true;
}

/** Authority and additional records, for the sake of the OPT record. */
function readRest(
  cursor: Cursor,
  authorities: number,
  additionals: number,
  message: { rcode: number; extendedError: string | undefined },
): boolean {
  for (let i = 0; i < authorities + additionals; i++) {
    cursor.name();
    const type = cursor.u16();
    cursor.u16();
    const ttl = cursor.u32();
    const data = cursor.take(cursor.u16());
    if (cursor.failed) return false;
    if (type !== typeNumbers.OPT || i < authorities) continue;
    // RFC 6891 §6.1.3: the upper eight bits of the rcode are those of the TTL.
    message.rcode |= Math.floor(ttl / 0x100_0000) << 4;
    message.extendedError = extendedErrorIn(data);
  }
  return true;
}

function extendedErrorIn(options: Uint8Array): string | undefined {
  const cursor = new Cursor(options);
  while (cursor.at < options.length) {
    const option = cursor.u16();
    const data = cursor.take(cursor.u16());
    if (cursor.failed) return undefined;
    if (option === extendedErrorOption && data.length >= 2) return extendedErrorText(new Cursor(data).u16());
  }
  return undefined;
}
