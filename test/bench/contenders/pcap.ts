/** Reads a pcap file of Ethernet, IPv4 and TCP (the format of libpcap's savefile, pcap-savefile(5)). */
import { readFileSync } from 'node:fs';

export interface Packet {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The first bytes of the TCP payload as Latin-1 text: enough for a start line. */
  readonly payload: string;
}

const startLine = 64;
const ethernet = 14;

/** TCP packets with payload, in file order. Throws an Error when the file is not pcap in this machine's byte order. */
export function* readPackets(file: string): Generator<Packet> {
  const data = readFileSync(file);
  const magic = data.length >= 24 ? data.readUInt32LE(0) : 0;
  if (magic !== 0xa1b2c3d4 && magic !== 0xa1b23c4d) throw new Error(`${file} is not a little-endian pcap file`);
  for (let at = 24; at + 16 <= data.length; ) {
    const kept = data.readUInt32LE(at + 8);
    const packet = data.subarray(at + 16, at + 16 + kept);
    at += 16 + kept;
    const ip = packet.subarray(ethernet);
    if (packet.length < 54 || packet.readUInt16BE(12) !== 0x0800 || ip[9] !== 6) continue;
    const tcp = ip.subarray(((ip[0] ?? 0) & 15) * 4, ip.readUInt16BE(2));
    const payload = tcp.subarray(((tcp[12] ?? 0) >> 4) * 4);
    if (payload.length === 0) continue;
    yield {
      sourcePort: tcp.readUInt16BE(0),
      destinationPort: tcp.readUInt16BE(2),
      payload: payload.subarray(0, startLine).toString('latin1'),
    };
  }
}
