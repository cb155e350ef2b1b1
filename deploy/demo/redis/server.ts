/** A Redis that knows the few commands the shop needs. */
import { createServer, type Server } from 'node:net';
import { type Reply, RespError, readReply, writeReply } from './resp.ts';

/** Lists kept; the one that was made first goes first. */
const kept = 500;

export function createRedis(): Server {
  const lists = new Map<string, string[]>();
  return createServer((socket) => {
    let held = '';
    socket.setNoDelay().setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('data', (chunk: string) => {
      held += chunk;
      let replies = '';
      for (let next = readReply(held); next && held !== ''; next = readReply(held)) {
        held = held.slice(next.end);
        replies += writeReply(
          Array.isArray(next.value) ? run(lists, next.value.map(String)) : new RespError('ERR Protocol error'),
        );
      }
      if (replies !== '') socket.write(replies, 'latin1');
    });
  });
}

function run(lists: Map<string, string[]>, [name = '', key = '', ...rest]: readonly string[]): Reply {
  const list = lists.get(key) ?? [];
  switch (name.toUpperCase()) {
    case 'PING':
      return { simple: 'PONG' };
    case 'RPUSH': {
      lists.set(key, [...list, ...rest]);
      const [oldest] = lists.keys();
      if (lists.size > kept && oldest !== undefined) lists.delete(oldest);
      return list.length + rest.length;
    }
    case 'LRANGE':
      return list.slice(Number(rest[0]), Number(rest[1]) < 0 ? undefined : Number(rest[1]) + 1);
    case 'LLEN':
      return list.length;
    case 'DEL':
      return lists.delete(key) ? 1 : 0;
    case 'EXPIRE':
      return lists.has(key) ? 1 : 0;
    default:
      return new RespError(`ERR unknown command '${name.replace(/[^\x20-\x7e]/g, '?')}'`);
  }
}
