/** The demo's DNS pod: UDP and TCP on one port, now and then slow or out of order, as the real ones. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { type Question, readQuestion, writeAnswer } from './wire.ts';
import { answerFor, isUpstream } from './zone.ts';

/** RFC 1035 §4.2.1. */
const udpLimit = 512;

/** Serves until told to stop. Resolves when it listens, with what stops it. */
export async function serveDns(random: Random, port: number, address = '0.0.0.0'): Promise<() => void> {
  const answer = (question: Question, limit?: number): { readonly wait: number; readonly bytes: Buffer } => {
    const { rcode, answers } = answerFor(question.name, question.type);
    if (random.chance(0.01)) return { wait: 1, bytes: writeAnswer(question, 2, []) };
    const wait = random.chance(0.02) ? random.latency(220, 0.3) : isUpstream(question.name) ? random.latency(9) : 0;
    // Whoever takes the first address gets another one each time (CoreDNS' loadbalance plugin).
    const first = answers.length > 1 ? random.between(0, answers.length - 1) : 0;
    const turned = answers[0]?.type === 'A' ? [...answers.slice(first), ...answers.slice(0, first)] : answers;
    return { wait, bytes: writeAnswer(question, rcode, turned, limit) };
  };

  const udp = createSocket('udp4');
  udp.on('message', async (message, from) => {
    const question = readQuestion(message);
    if (!question) return;
    const { wait, bytes } = answer(question, udpLimit);
    if (wait > 0) await delay(wait);
    udp.send(bytes, from.port, from.address, () => undefined);
  });
  udp.on('error', () => undefined);
  udp.bind(port, address);

  const tcp = createServer((socket) => serveStream(socket, answer));
  tcp.listen(port, address);
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
  return () => {
    udp.close();
    tcp.close();
  };
}

/** Messages with their length before them (RFC 1035 §4.2.2). */
function serveStream(socket: Socket, answer: (question: Question) => { wait: number; bytes: Buffer }): void {
  let held = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      const question = readQuestion(held.subarray(2, end));
      held = held.subarray(end);
      if (!question) return void socket.destroy();
      const { bytes } = answer(question);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([length, bytes]));
    }
  });
}
