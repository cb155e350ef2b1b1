/** The API server's side of a port-forward (pods/portforward, v4.channel.k8s.io): frames of a WebSocket (RFC 6455) to a unix socket and back. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

const protocol = 'v4.channel.k8s.io';
const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const binary = 2;
const closing = 8;

export interface Carried {
  /** To the terminal, frames' heads included; from it. */
  out: number;
  in: number;
  /** What goes to agents, where somebody wants to see it. */
  readonly sent?: Buffer[];
}

export function forward(request: IncomingMessage, client: Duplex, path: string, port: number, carried: Carried): void {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${magic}`).digest('base64');
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  client.write(
    [...head, `Sec-WebSocket-Accept: ${accept}`, `Sec-WebSocket-Protocol: ${protocol}`, '', ''].join('\r\n'),
  );
  const agent = connect(path);
  const end = () => {
    client.destroy();
    agent.destroy();
  };
  const send = (channel: number, bytes: Uint8Array): boolean => {
    const length = bytes.length + 1;
    const frame = Buffer.allocUnsafe((length < 126 ? 2 : length < 65_536 ? 4 : 10) + length);
    frame[0] = 0x80 | binary;
    if (length < 126) frame[1] = length;
    else if (length < 65_536) {
      frame[1] = 126;
      frame.writeUInt16BE(length, 2);
    } else {
      frame[1] = 127;
      frame.writeBigUInt64BE(BigInt(length), 2);
    }
    frame[frame.length - length] = channel;
    frame.set(bytes, frame.length - length + 1);
    carried.out += frame.length;
    return client.write(frame);
  };
  // Each channel, data and errors, begins with its port.
  const number = Buffer.from([port & 255, port >> 8]);
  send(0, number);
  send(1, number);
  agent.on('data', (bytes) => {
    if (!send(0, bytes)) agent.pause();
  });
  client.on('drain', () => agent.resume());
  let waiting: Buffer = Buffer.alloc(0);
  client.on('data', (bytes: Buffer) => {
    carried.in += bytes.length;
    waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
    for (let frame = readFrame(waiting); frame; frame = readFrame(waiting)) {
      waiting = waiting.subarray(frame.length);
      if (frame.kind === closing) return end();
      if (frame.kind === binary && frame.payload[0] === 0) {
        carried.sent?.push(frame.payload.subarray(1));
        agent.write(frame.payload.subarray(1));
      }
    }
  });
  // As kubelet and containerd say it: nobody listens in the pod.
  agent.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'ECONNREFUSED' && code !== 'ENOENT') return end();
    const to = `127.0.0.1:${port}: connect: connection refused`;
    send(
      1,
      Buffer.from(`error forwarding port ${port} to pod 1c5b, uid : failed to connect to localhost: dial tcp4 ${to}`),
    );
    setTimeout(end, 20);
  });
  agent.on('close', (hadError) => {
    if (!hadError) end();
  });
  client.on('error', end);
  client.on('close', end);
}

/** The first whole frame of the bytes; a client's frames are masked. */
function readFrame(bytes: Buffer): { kind: number; payload: Buffer; length: number } | undefined {
  if (bytes.length < 6) return undefined;
  const short = (bytes[1] ?? 0) & 127;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < head + 4) return undefined;
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const length = head + 4 + size;
  if (bytes.length < length) return undefined;
  const payload = Buffer.from(bytes.subarray(head + 4, length));
  for (let at = 0; at < size; at += 1) payload[at] = (payload[at] ?? 0) ^ (bytes[head + (at & 3)] ?? 0);
  return { kind: (bytes[0] ?? 0) & 15, payload, length };
}
