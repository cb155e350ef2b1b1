/**
 * A model of the kernel side (bpf/capture) for tests: bytes written to a connection become the records the kernel would
 * emit, with sequence numbers, caps, turns and what each record tells of the other direction.
 */
import type { CaptureListener, Direction, Segment, SocketClose, SocketOpen, SocketRole } from '../../capture/source.ts';

export type CaptureRecord =
  | { readonly type: 'open'; readonly open: SocketOpen }
  | { readonly type: 'segment'; readonly segment: Segment }
  | { readonly type: 'close'; readonly close: SocketClose };

export interface ModelOptions {
  readonly cookie?: number;
  readonly role?: SocketRole;
  /** Bytes kept of each message. */
  readonly cap?: number;
  /** First payload sequence numbers, by direction. */
  readonly firstSeq?: readonly [number, number];
  /** The socket was open before capture began. */
  readonly midstream?: boolean;
  /** Nanoseconds between packets. */
  readonly step?: number;
}

export interface ConnectionModel {
  readonly records: CaptureRecord[];
  /** One packet. */
  send(direction: Direction, bytes: Uint8Array | string): ConnectionModel;
  /** Packets of at most `size` bytes. */
  sendIn(direction: Direction, bytes: Uint8Array | string, size: number): ConnectionModel;
  fin(direction: Direction): ConnectionModel;
  rst(direction: Direction): ConnectionModel;
  close(): ConnectionModel;
  wait(nanos: number): ConnectionModel;
  /** Payload that passes before capture begins, or is not captured for want of ring space. */
  unseen(direction: Direction, bytes: number): ConnectionModel;
  /**
   * Payload left out by the budget; told `late`, with the direction's next bytes (or the close), or at once.
   */
  leftOut(direction: Direction, bytes: number, told?: 'late' | 'at once'): ConnectionModel;
  readonly now: number;
}

export const start = 1e12;

export function modelConnection(options: ModelOptions = {}): ConnectionModel {
  const { cookie = 7, role = 'server', cap = 65_536, step = 1e6, midstream = false } = options;
  const seq: [number, number] = [...(options.firstSeq ?? [1000, 5000])];
  const endSeq: [number, number] = [0, 0];
  const lastTime: [number, number] = [0, 0];
  const bytesSeen: [number, number] = [0, 0];
  const messageBytes: [number, number] = [0, 0];
  let last: Direction | undefined;
  let now = start;
  let lost = 0;
  const untold: [number, number] = [0, 0];
  const records: CaptureRecord[] = [
    {
      type: 'open',
      open: {
        time: now,
        cookie,
        cgroupId: 1,
        netnsCookie: 1,
        role,
        family: 4,
        localAddress: '10.0.0.2',
        remoteAddress: '10.0.0.1',
        localPort: 80,
        remotePort: 40_000,
        comm: 'server',
        pid: 4711,
        firstSeq: midstream ? undefined : [seq[0], seq[1]],
      },
    },
  ];

  const push = (direction: Direction, payload: Uint8Array, len: number, more: Partial<Segment> = {}): void => {
    const other = direction === 0 ? 1 : 0;
    records.push({
      type: 'segment',
      segment: {
        time: now,
        cookie,
        direction,
        seq: seq[direction],
        len,
        ...amongOthers(payload),
        otherEndSeq: endSeq[other],
        otherLastTime: lastTime[other],
        lost,
        fin: false,
        rst: false,
        messageStart: false,
        sampled: false,
        orphan: undefined,
        ...more,
      },
    });
  };

  /** The bytes left out so far, as one record before whatever comes next in their direction. */
  const tellLeftOut = (direction: Direction): void => {
    const length = untold[direction];
    if (length === 0) return;
    untold[direction] = 0;
    const at = seq[direction];
    seq[direction] = (at - length) >>> 0;
    push(direction, new Uint8Array(0), length, { sampled: true, messageStart: true });
    seq[direction] = at;
  };

  const model: ConnectionModel = {
    records,
    send(direction, content) {
      tellLeftOut(direction);
      const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
      const messageStart = last !== direction;
      if (messageStart) messageBytes[direction] = 0;
      const captured = Math.min(bytes.length, Math.max(0, cap - messageBytes[direction]));
      now += step;
      push(direction, bytes.slice(0, captured), bytes.length, { messageStart });
      last = direction;
      messageBytes[direction] += bytes.length;
      bytesSeen[direction] += bytes.length;
      seq[direction] = (seq[direction] + bytes.length) >>> 0;
      endSeq[direction] = seq[direction];
      lastTime[direction] = now;
      return model;
    },
    sendIn(direction, content, size) {
      const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
      for (let at = 0; at < bytes.length; at += size) model.send(direction, bytes.subarray(at, at + size));
      return model;
    },
    fin(direction) {
      tellLeftOut(direction);
      now += step;
      push(direction, new Uint8Array(0), 0, { fin: true });
      return model;
    },
    rst(direction) {
      now += step;
      push(direction, new Uint8Array(0), 0, { rst: true });
      return model;
    },
    close() {
      now += step;
      records.push({
        type: 'close',
        close: {
          time: now,
          cookie,
          lastTime: [...lastTime],
          bytes: [...bytesSeen],
          endSeq: [...endSeq],
          srttUs: 100,
          retransmits: 0,
          lost,
        },
      });
      return model;
    },
    wait(nanos) {
      now += nanos;
      return model;
    },
    unseen(direction, length) {
      now += step;
      lost++;
      seq[direction] = (seq[direction] + length) >>> 0;
      endSeq[direction] = seq[direction];
      lastTime[direction] = now;
      return model;
    },
    leftOut(direction, length, told = 'late') {
      now += step;
      seq[direction] = (seq[direction] + length) >>> 0;
      endSeq[direction] = seq[direction];
      lastTime[direction] = now;
      bytesSeen[direction] += length;
      untold[direction] += length;
      last = direction;
      if (told === 'at once') tellLeftOut(direction);
      return model;
    },
    get now() {
      return now;
    },
  };
  return model;
}

/** Plays records the way capture does: in order, with a tick every 100 ms of captured time. */
export function play(records: readonly CaptureRecord[], listener: CaptureListener): void {
  let ticked = start;
  const lent: Uint8Array[] = [];
  const tick = (time: number): void => {
    listener.tick(time);
    // The next batch lies where the last one did.
    for (const bytes of lent.splice(0)) bytes.fill(42);
  };
  for (const record of records) {
    const time = timeOf(record);
    while (time - ticked >= 100e6) {
      ticked += 100e6;
      tick(ticked);
    }
    if (record.type === 'open') listener.open(record.open);
    else if (record.type === 'segment') {
      const bytes = new Uint8Array(record.segment.bytes);
      lent.push(bytes);
      listener.segment({ ...record.segment, bytes });
    } else listener.close(record.close);
  }
  tick(Math.max(ticked, ...records.map(timeOf)) + 1);
}

export function timeOf(record: CaptureRecord): number {
  if (record.type === 'open') return record.open.time;
  return record.type === 'segment' ? record.segment.time : record.close.time;
}

/** The records without those at `drop`, as if the ring had had no room: later ones of the connection tell of it. */
export function withLoss(records: readonly CaptureRecord[], drop: ReadonlySet<number>): CaptureRecord[] {
  let lost = 0;
  const left: CaptureRecord[] = [];
  records.forEach((record, index) => {
    if (drop.has(index) && record.type === 'segment') lost++;
    else if (record.type === 'segment') left.push({ type: 'segment', segment: { ...record.segment, lost } });
    else if (record.type === 'close') left.push({ type: 'close', close: { ...record.close, lost } });
    else left.push(record);
  });
  return left;
}

const neighbour = Buffer.from('\nGET /neighbour HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc\r\n');

/** A payload as it lies in a drained batch: other connections' bytes are before it and behind it, and are not to be read. */
export function amongOthers(payload: Uint8Array): Pick<Segment, 'bytes' | 'at' | 'captured'> {
  const bytes = Buffer.concat([neighbour, payload, neighbour]);
  return { bytes, at: neighbour.length, captured: payload.length };
}
