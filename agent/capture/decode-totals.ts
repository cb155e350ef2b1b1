/** Records of flows, edges and datagrams to what listeners are told (struct flow_record, edge_record, datagram_record). */
import { addressText } from './address.ts';
import { commText, readUint64, roleOf } from './fields.ts';
import { datagramRecord, edgeRecord, flowEnd, flowRecord, flowState } from './layout.gen.ts';
import type { Datagram, Direction, EdgeSample, FlowEnd, FlowOwner, FlowSample } from './source.ts';

const states = new Map<number, FlowSample['state']>([
  [flowState.FLOW_CONNECTING, 'connecting'],
  [flowState.FLOW_OPEN, 'open'],
  [flowState.FLOW_ENDED, 'ended'],
]);

const ends = new Map<number, FlowEnd>([
  [flowEnd.END_FIN, 'fin'],
  [flowEnd.END_RESET_LOCAL, 'reset-local'],
  [flowEnd.END_RESET_REMOTE, 'reset-remote'],
  [flowEnd.END_REFUSED, 'refused'],
  [flowEnd.END_TIMEOUT, 'timeout'],
  [flowEnd.END_UNREACHABLE, 'unreachable'],
  [flowEnd.END_ABORTED, 'aborted'],
  [flowEnd.END_GONE, 'gone'],
]);

const transports = new Map<number, EdgeSample['transport']>([
  [6, 'tcp'],
  [17, 'udp'],
]);

/** Where the parts of an owner are in each kind of record. */
interface OwnerLayout {
  readonly pid: number;
  readonly cgroupId: number;
  readonly netnsCookie: number;
  readonly comm: number;
}

function readOwner(batch: Uint8Array, view: DataView, at: number, layout: OwnerLayout): FlowOwner {
  return {
    cgroupId: readUint64(view, at + layout.cgroupId),
    netnsCookie: readUint64(view, at + layout.netnsCookie),
    comm: commText(batch, at + layout.comm),
    pid: view.getUint32(at + layout.pid, true),
  };
}

const readPair = (view: DataView, at: number): [number, number] => [readUint64(view, at), readUint64(view, at + 8)];

/** The record at `at`, of at least flowRecord.size bytes; undefined if it makes no sense. */
export function readFlow(batch: Uint8Array, view: DataView, at: number): FlowSample | undefined {
  const family = view.getUint8(at + flowRecord.family);
  const role = roleOf(view.getUint8(at + flowRecord.role));
  const state = states.get(view.getUint8(at + flowRecord.state));
  const end = ends.get(view.getUint8(at + flowRecord.end));
  if ((family !== 4 && family !== 6) || role === undefined || state === undefined) return undefined;
  if ((state === 'ended') !== (end !== undefined)) return undefined;
  const opened = readUint64(view, at + flowRecord.openedNs);
  return {
    ...readOwner(batch, view, at, flowRecord),
    time: readUint64(view, at + flowRecord.tsNs),
    cookie: readUint64(view, at + flowRecord.cookie),
    role,
    family,
    localAddress: addressText(batch, at + flowRecord.localAddr, family),
    remoteAddress: addressText(batch, at + flowRecord.remoteAddr, family),
    localPort: view.getUint16(at + flowRecord.localPort, true),
    remotePort: view.getUint16(at + flowRecord.remotePort, true),
    state,
    end,
    opened: opened === 0 ? undefined : opened,
    bytes: readPair(view, at + flowRecord.bytes),
    packets: readPair(view, at + flowRecord.packets),
    retransmits: view.getUint32(at + flowRecord.retransmits, true),
    srttUs: view.getUint32(at + flowRecord.srttUs, true),
    handshakeUs: view.getUint32(at + flowRecord.handshakeUs, true),
    turns: view.getUint32(at + flowRecord.turns, true),
    turnNs: readUint64(view, at + flowRecord.turnNs),
    turnMaxNs: readUint64(view, at + flowRecord.turnMaxNs),
  };
}

/** The record at `at`, of at least edgeRecord.size bytes; undefined if it makes no sense. */
export function readEdge(batch: Uint8Array, view: DataView, at: number): EdgeSample | undefined {
  const family = view.getUint8(at + edgeRecord.family);
  const role = roleOf(view.getUint8(at + edgeRecord.role));
  const transport = transports.get(view.getUint8(at + edgeRecord.transport));
  if ((family !== 4 && family !== 6) || role === undefined || transport === undefined) return undefined;
  const read32 = (field: number): number => view.getUint32(at + field, true);
  const read64 = (field: number): number => readUint64(view, at + field);
  return {
    ...readOwner(batch, view, at, edgeRecord),
    time: read64(edgeRecord.tsNs),
    transport,
    role,
    family,
    localAddress: addressText(batch, at + edgeRecord.localAddr, family),
    remoteAddress: addressText(batch, at + edgeRecord.remoteAddr, family),
    port: view.getUint16(at + edgeRecord.port, true),
    opened: read32(edgeRecord.opened),
    closed: read32(edgeRecord.closed),
    refused: read32(edgeRecord.refused),
    timedOut: read32(edgeRecord.timedOut),
    unreachable: read32(edgeRecord.unreachable),
    aborted: read32(edgeRecord.aborted),
    resets: read32(edgeRecord.resets),
    bytes: readPair(view, at + edgeRecord.bytes),
    packets: readPair(view, at + edgeRecord.packets),
    retransmits: read32(edgeRecord.retransmits),
    handshakes: read32(edgeRecord.handshakes),
    handshakeUs: read64(edgeRecord.handshakeUs),
    rtts: read32(edgeRecord.rtts),
    rttUs: read64(edgeRecord.rttUs),
    turns: read32(edgeRecord.turns),
    turnNs: read64(edgeRecord.turnNs),
    turnMaxNs: read64(edgeRecord.turnMaxNs),
  };
}

/** The record at `at`, `length` bytes long and at least datagramRecord.size; undefined if it makes no sense. Its payload is the batch's. */
export function readDatagram(batch: Uint8Array, view: DataView, at: number, length: number): Datagram | undefined {
  const family = view.getUint8(at + datagramRecord.family);
  const role = roleOf(view.getUint8(at + datagramRecord.role));
  const direction = view.getUint8(at + datagramRecord.direction);
  const len = view.getUint32(at + datagramRecord.len, true);
  const captured = view.getUint32(at + datagramRecord.captured, true);
  if ((family !== 4 && family !== 6) || role === undefined || direction > 1) return undefined;
  if (captured > len || datagramRecord.size + captured > length) return undefined;
  const from = at + datagramRecord.size;
  return {
    ...readOwner(batch, view, at, datagramRecord),
    time: readUint64(view, at + datagramRecord.tsNs),
    cookie: readUint64(view, at + datagramRecord.cookie),
    direction: direction as Direction,
    role,
    family,
    localAddress: addressText(batch, at + datagramRecord.localAddr, family),
    remoteAddress: addressText(batch, at + datagramRecord.remoteAddr, family),
    localPort: view.getUint16(at + datagramRecord.localPort, true),
    remotePort: view.getUint16(at + datagramRecord.remotePort, true),
    len,
    payload: batch.subarray(from, from + captured),
  };
}
