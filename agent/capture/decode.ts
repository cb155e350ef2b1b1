/** Drained ring batches to listener calls. A batch is [u32 length][u32 0][record, padded to 8] back to back, little-endian. */
import { addressText } from './address.ts';
import { readDatagram, readEdge, readFlow } from './decode-totals.ts';
import { commText, readUint64, roleOf } from './fields.ts';
import {
  closeRecord,
  datagramRecord,
  edgeRecord,
  flowRecord,
  openFlag,
  openRecord,
  orphanAddresses,
  recordType,
  segmentFlag,
  segmentRecord,
} from './layout.gen.ts';
import type { CaptureListener, Direction, OrphanAddresses, Segment, SocketClose, SocketOpen } from './source.ts';

/** Bytes in front of each record of a batch. */
export const frameBytes = 8;

/** Bytes that a record of `length` takes in a batch. */
export function framedBytes(length: number): number {
  return frameBytes + ((length + 7) & ~7);
}

export interface Decoder {
  /** Calls the listener for every record; returns when the last of them was seen (CLOCK_MONOTONIC ns), 0 if there was none. */
  decode(batch: Uint8Array, listener: CaptureListener): number;
  /** Records so far that made no sense. A batch whose framing breaks is one, whatever follows in it. */
  readonly badRecords: number;
}

/** Reads batches of one source. Never throws on any bytes: what makes no sense is skipped and counted. */
export function createDecoder(): Decoder {
  const segment: Segment = {
    time: 0,
    cookie: 0,
    direction: 0,
    seq: 0,
    len: 0,
    bytes: new Uint8Array(0),
    at: 0,
    captured: 0,
    otherEndSeq: 0,
    otherLastTime: 0,
    lost: 0,
    fin: false,
    rst: false,
    messageStart: false,
    sampled: false,
    orphan: undefined,
  };
  let badRecords = 0;

  const decodeSegment = (batch: Uint8Array, view: DataView, at: number, length: number): boolean => {
    const flags = view.getUint8(at + segmentRecord.flags);
    const direction = view.getUint8(at + segmentRecord.direction);
    const captured = view.getUint32(at + segmentRecord.captured, true);
    const len = view.getUint32(at + segmentRecord.len, true);
    const isOrphan = (flags & segmentFlag.SEGMENT_ORPHAN) !== 0;
    const header = segmentRecord.size + (isOrphan ? orphanAddresses.size : 0);
    if (header + captured > length || captured > len || direction > 1) return false;
    const orphan = isOrphan ? readOrphan(batch, view, at + segmentRecord.size) : undefined;
    if (isOrphan && orphan === undefined) return false;
    segment.time = readUint64(view, at + segmentRecord.tsNs);
    segment.cookie = readUint64(view, at + segmentRecord.cookie);
    segment.direction = direction as Direction;
    segment.seq = view.getUint32(at + segmentRecord.seq, true);
    segment.len = len;
    segment.bytes = batch;
    segment.at = at + header;
    segment.captured = captured;
    segment.otherEndSeq = view.getUint32(at + segmentRecord.otherEndSeq, true);
    segment.otherLastTime = readUint64(view, at + segmentRecord.otherLastNs);
    segment.lost = view.getUint32(at + segmentRecord.lost, true);
    segment.fin = (flags & segmentFlag.SEGMENT_FIN) !== 0;
    segment.rst = (flags & segmentFlag.SEGMENT_RST) !== 0;
    segment.messageStart = (flags & segmentFlag.SEGMENT_MESSAGE_START) !== 0;
    segment.sampled = (flags & segmentFlag.SEGMENT_SAMPLED) !== 0;
    segment.orphan = orphan;
    return true;
  };

  /** True if the record was handed on. */
  const deliver = (
    batch: Uint8Array,
    view: DataView,
    at: number,
    length: number,
    listener: CaptureListener,
  ): boolean => {
    if (length <= openRecord.type) return false;
    switch (view.getUint8(at + openRecord.type)) {
      case recordType.RECORD_SEGMENT: {
        if (length < segmentRecord.size || !decodeSegment(batch, view, at, length)) return false;
        listener.segment(segment);
        return true;
      }
      case recordType.RECORD_OPEN: {
        const open = length < openRecord.size ? undefined : readOpen(batch, view, at);
        if (open === undefined) return false;
        listener.open(open);
        return true;
      }
      case recordType.RECORD_CLOSE: {
        if (length < closeRecord.size) return false;
        listener.close(readClose(view, at));
        return true;
      }
      case recordType.RECORD_DATAGRAM: {
        const datagram = length < datagramRecord.size ? undefined : readDatagram(batch, view, at, length);
        if (datagram === undefined) return false;
        listener.datagram?.(datagram);
        return true;
      }
      case recordType.RECORD_FLOW: {
        const flow = length < flowRecord.size ? undefined : readFlow(batch, view, at);
        if (flow === undefined) return false;
        listener.flow?.(flow);
        return true;
      }
      case recordType.RECORD_EDGE: {
        const edge = length < edgeRecord.size ? undefined : readEdge(batch, view, at);
        if (edge === undefined) return false;
        listener.edge?.(edge);
        return true;
      }
      default:
        return false;
    }
  };

  return {
    decode(batch, listener) {
      const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
      let newest = 0;
      let at = 0;
      while (at < batch.length) {
        const length = at + frameBytes <= batch.length ? view.getUint32(at, true) : 0;
        if (length === 0 || at + frameBytes + length > batch.length) {
          badRecords++;
          break;
        }
        if (deliver(batch, view, at + frameBytes, length, listener)) {
          newest = Math.max(newest, readUint64(view, at + frameBytes + openRecord.tsNs));
        } else {
          badRecords++;
        }
        at += framedBytes(length);
      }
      return newest;
    },
    get badRecords() {
      return badRecords;
    },
  };
}

function readOpen(batch: Uint8Array, view: DataView, at: number): SocketOpen | undefined {
  const family = view.getUint8(at + openRecord.family);
  const role = roleOf(view.getUint8(at + openRecord.role));
  if ((family !== 4 && family !== 6) || role === undefined) return undefined;
  const hasIsn = (view.getUint8(at + openRecord.flags) & openFlag.OPEN_HAS_ISN) !== 0;
  return {
    time: readUint64(view, at + openRecord.tsNs),
    cookie: readUint64(view, at + openRecord.cookie),
    cgroupId: readUint64(view, at + openRecord.cgroupId),
    netnsCookie: readUint64(view, at + openRecord.netnsCookie),
    role,
    family,
    localAddress: addressText(batch, at + openRecord.localAddr, family),
    remoteAddress: addressText(batch, at + openRecord.remoteAddr, family),
    localPort: view.getUint16(at + openRecord.localPort, true),
    remotePort: view.getUint16(at + openRecord.remotePort, true),
    comm: commText(batch, at + openRecord.comm),
    pid: view.getUint32(at + openRecord.pid, true),
    firstSeq: hasIsn
      ? [view.getUint32(at + openRecord.seqIn, true), view.getUint32(at + openRecord.seqOut, true)]
      : undefined,
  };
}

function readOrphan(batch: Uint8Array, view: DataView, at: number): OrphanAddresses | undefined {
  const family = view.getUint8(at + orphanAddresses.family);
  if (family !== 4 && family !== 6) return undefined;
  return {
    localAddress: addressText(batch, at + orphanAddresses.localAddr, family),
    remoteAddress: addressText(batch, at + orphanAddresses.remoteAddr, family),
    localPort: view.getUint16(at + orphanAddresses.localPort, true),
    remotePort: view.getUint16(at + orphanAddresses.remotePort, true),
  };
}

function readClose(view: DataView, at: number): SocketClose {
  return {
    time: readUint64(view, at + closeRecord.tsNs),
    cookie: readUint64(view, at + closeRecord.cookie),
    lastTime: [readUint64(view, at + closeRecord.lastNs), readUint64(view, at + closeRecord.lastNs + 8)],
    bytes: [readUint64(view, at + closeRecord.bytes), readUint64(view, at + closeRecord.bytes + 8)],
    endSeq: [view.getUint32(at + closeRecord.endSeq, true), view.getUint32(at + closeRecord.endSeq + 4, true)],
    srttUs: view.getUint32(at + closeRecord.srttUs, true),
    retransmits: view.getUint32(at + closeRecord.retransmits, true),
    lost: view.getUint32(at + closeRecord.lost, true),
  };
}
