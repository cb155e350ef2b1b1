/** A PostgreSQL that answers the shop's few queries: the wire is real, the planner is a handful of patterns. */
import { createServer, type Server, type Socket } from 'node:net';
import { work } from '../latency.ts';
import type { Random } from '../random.ts';
import { shelf } from '../roles/shelf.ts';
import { isTrouble } from '../weather.ts';
import {
  type Message,
  type QueryResult,
  readMessage,
  sslRequest,
  writeError,
  writeResult,
  writeWelcome,
} from './messages.ts';

/** Orders kept. */
const kept = 200;

export function createPostgres(random: Random): Server {
  const orders = new Map<string, readonly string[]>();
  const products = shelf();
  let connections = 0;

  const run = async (sql: string): Promise<Buffer> => {
    await work(random, isTrouble('database') ? 60 : 1.6, 0.6);
    if (random.chance(isTrouble('database') ? 0.04 : 0.002)) return writeError('40P01', 'deadlock detected');
    const result = execute(sql);
    if (result) return writeResult(result);
    const [, table = '?'] = /\b(?:FROM|INTO|UPDATE)\s+(\w+)/i.exec(sql) ?? [];
    return writeError('42P01', `relation "${table}" does not exist`);
  };

  function execute(sql: string): QueryResult | undefined {
    const columns = ['id', 'name', 'price'];
    const [, id] = /^SELECT .* FROM products WHERE id = '([^']*)'/.exec(sql) ?? [];
    const [, limit] = /^SELECT .* FROM products ORDER BY id LIMIT (\d+)/.exec(sql) ?? [];
    if (id !== undefined || limit !== undefined) {
      const found =
        id === undefined ? products.slice(0, Number(limit)) : products.filter((product) => product.id === id);
      const rows = found.map((product) => [product.id, product.name, product.price.toFixed(2)]);
      return { columns, rows, tag: `SELECT ${rows.length}` };
    }
    const [, values] = /^INSERT INTO orders \(id, cart, charge\) VALUES \((.*)\)$/.exec(sql) ?? [];
    if (values !== undefined) {
      const row = values.split(', ').map((each) => each.slice(1, -1));
      orders.set(row[0] ?? '', row);
      const [oldest] = orders.keys();
      if (orders.size > kept && oldest !== undefined) orders.delete(oldest);
      return { columns: [], rows: [], tag: 'INSERT 0 1' };
    }
    const [, order] = /^SELECT id, cart, charge FROM orders WHERE id = '([^']*)'/.exec(sql) ?? [];
    if (order === undefined) return undefined;
    const row = orders.get(order);
    return { columns: ['id', 'cart', 'charge'], rows: row ? [row] : [], tag: `SELECT ${row ? 1 : 0}` };
  }

  return createServer((socket) => {
    connections += 1;
    converse(socket, connections, run);
  });
}

/** One connection: a welcome, then an answer to each query, in order. */
function converse(socket: Socket, pid: number, run: (sql: string) => Promise<Buffer>): void {
  let held = Buffer.alloc(0);
  let isWelcome = false;
  let queue = Promise.resolve();
  const take = ({ type, body }: Message) => {
    if (!isWelcome) {
      if (body.readInt32BE(0) === sslRequest) return void socket.write('N');
      isWelcome = true;
      socket.write(writeWelcome(pid));
    } else if (type === 'Q') {
      const sql = body.toString('utf8', 0, Math.max(0, body.length - 1));
      queue = queue.then(() => run(sql)).then((answer) => void (socket.writable && socket.write(answer)));
    } else if (type === 'X') socket.end();
    else socket.write(writeError('0A000', `message ${type} is not supported`));
  };
  socket.setNoDelay();
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    for (let next = readMessage(held, !isWelcome); next; next = readMessage(held, !isWelcome)) {
      held = held.subarray(next.end);
      take(next.message);
    }
  });
}
