/** Batches as the kernel side would write them, for tests that need no kernel. */
import {
  closeRecord,
  openFlag,
  openRecord,
  recordType,
  segmentFlag,
  segmentRecord,
} from '../../agent/capture/layout.gen.ts';
import type { Direction } from '../../agent/capture/source.ts';

export interface SyntheticSocket {
  readonly cookie: number;
  readonly local: readonly [address: string, port: number];
  readonly remote: readonly [address: string, port: number];
  readonly role?: 'client' | 'server';
  readonly cgroupId?: number;
  readonly comm?: string;
  readonly pid?: number;
  /** First payload sequence numbers by direction; undefined = open before capture began. */
  readonly firstSeq?: readonly [number, number] | undefined;
}

/** A drained batch of these records (framing: agent/capture/decode.ts). */
export function batchOf(...records: readonly Buffer[]): Buffer {
  return Buffer.concat(
    records.map((record) => {
      const framed = Buffer.alloc(8 + ((record.length + 7) & ~7));
      framed.writeUInt32LE(record.length, 0);
      record.copy(framed, 8);
      return framed;
    }),
  );
}

export function openOf(time: number, socket: SyntheticSocket): Buffer {
  const record = Buffer.alloc(openRecord.size);
  record.writeBigUInt64LE(BigInt(time), openRecord.tsNs);
  record.writeBigUInt64LE(BigInt(socket.cookie), openRecord.cookie);
  record.writeBigUInt64LE(BigInt(socket.cgroupId ?? 1), openRecord.cgroupId);
  record.writeBigUInt64LE(1n, openRecord.netnsCookie);
  record.set(ipv4(socket.local[0]), openRecord.localAddr);
  record.set(ipv4(socket.remote[0]), openRecord.remoteAddr);
  record.write(socket.comm ?? '', openRecord.comm, 15);
  record.writeUInt32LE(socket.pid ?? 0, openRecord.pid);
  record.writeUInt32LE(socket.firstSeq?.[0] ?? 0, openRecord.seqIn);
  record.writeUInt32LE(socket.firstSeq?.[1] ?? 0, openRecord.seqOut);
  record.writeUInt16LE(socket.local[1], openRecord.localPort);
  record.writeUInt16LE(socket.remote[1], openRecord.remotePort);
  record.writeUInt8(recordType.RECORD_OPEN, openRecord.type);
  record.writeUInt8(4, openRecord.family);
  record.writeUInt8(socket.role === 'server' ? 2 : socket.role === 'client' ? 1 : 0, openRecord.role);
  record.writeUInt8(socket.firstSeq ? openFlag.OPEN_HAS_ISN : openFlag.OPEN_MIDSTREAM, openRecord.flags);
  return record;
}

export interface SyntheticSegment {
  readonly cookie: number;
  readonly direction: Direction;
  readonly seq: number;
  readonly payload: Uint8Array;
  /** Bytes on the wire, if more than were captured. */
  readonly len?: number;
  readonly messageStart?: boolean;
  readonly fin?: boolean;
}

export function segmentOf(time: number, segment: SyntheticSegment): Buffer {
  const record = Buffer.alloc(segmentRecord.size + segment.payload.length);
  record.writeBigUInt64LE(BigInt(time), segmentRecord.tsNs);
  record.writeBigUInt64LE(BigInt(segment.cookie), segmentRecord.cookie);
  record.writeUInt32LE(segment.seq >>> 0, segmentRecord.seq);
  record.writeUInt32LE(segment.len ?? segment.payload.length, segmentRecord.len);
  record.writeUInt32LE(segment.payload.length, segmentRecord.captured);
  record.writeUInt8(recordType.RECORD_SEGMENT, segmentRecord.type);
  record.writeUInt8(segment.direction, segmentRecord.direction);
  const flags =
    (segment.messageStart ? segmentFlag.SEGMENT_MESSAGE_START : 0) | (segment.fin ? segmentFlag.SEGMENT_FIN : 0);
  record.writeUInt8(flags, segmentRecord.flags);
  record.set(segment.payload, segmentRecord.size);
  return record;
}

export function closeOf(time: number, cookie: number, endSeq: readonly [number, number]): Buffer {
  const record = Buffer.alloc(closeRecord.size);
  record.writeBigUInt64LE(BigInt(time), closeRecord.tsNs);
  record.writeBigUInt64LE(BigInt(cookie), closeRecord.cookie);
  record.writeUInt32LE(endSeq[0] >>> 0, closeRecord.endSeq);
  record.writeUInt32LE(endSeq[1] >>> 0, closeRecord.endSeq + 4);
  record.writeUInt8(recordType.RECORD_CLOSE, closeRecord.type);
  return record;
}

/** One whole connection at a server: a request and its response, from `time` on, as one batch. */
export function exchangeBatch(time: number, cookie: number, request: string, response: string): Buffer {
  const bytes = [Buffer.from(request, 'latin1'), Buffer.from(response, 'latin1')] as const;
  const socket: SyntheticSocket = {
    cookie,
    local: ['10.0.0.5', 8080],
    remote: ['10.0.0.9', 30_000 + (cookie % 30_000)],
    role: 'server',
    comm: 'web',
    pid: 77,
    firstSeq: [1000, 5000],
  };
  return batchOf(
    openOf(time, socket),
    segmentOf(time, { cookie, direction: 0, seq: 1000, payload: bytes[0], messageStart: true }),
    segmentOf(time + 1e6, { cookie, direction: 1, seq: 5000, payload: bytes[1], messageStart: true }),
    closeOf(time + 2e6, cookie, [1000 + bytes[0].length, 5000 + bytes[1].length]),
  );
}

const ipv4 = (address: string): number[] => address.split('.').map(Number);
