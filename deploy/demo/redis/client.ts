/** A Redis client with one connection: commands are pipelined, replies come in order. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { names } from '../dns/resolver.ts';
import { type Reply, RespError, readReply, writeCommand } from './resp.ts';

export interface Redis {
  /** @throws RespError what the server said, or Error with `code` when it cannot be reached. */
  send(...words: readonly string[]): Promise<Reply>;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** Connects when it is first needed, and again after the line was lost. */
export function createRedisClient(host: string, port: number): Redis {
  let line: Promise<{ readonly socket: Socket; readonly waiting: Waiting[] }> | undefined;

  const open = async () => {
    const socket = connect({ host, port, lookup: names.lookup });
    await once(socket, 'connect');
    const waiting: Waiting[] = [];
    let held = '';
    socket.setNoDelay().setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      held += chunk;
      for (let next = readReply(held); next && held !== ''; next = readReply(held)) {
        held = held.slice(next.end);
        const { value } = next;
        const first = waiting.shift();
        if (value instanceof RespError) first?.reject(value);
        else first?.resolve(value);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      line = undefined;
      for (const { reject } of waiting) reject(Object.assign(new Error('connection lost'), { code: 'ECONNRESET' }));
    });
    return { socket, waiting };
  };

  return {
    async send(...words) {
      line ??= open();
      const { socket, waiting } = await line.catch((error) => {
        line = undefined;
        throw error;
      });
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        socket.write(writeCommand(words), 'latin1');
      });
    },
  };
}
