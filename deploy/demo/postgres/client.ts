/** A PostgreSQL client with a small pool; a connection serves one query at a time. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { names } from '../dns/resolver.ts';
import { readError, readMessage, readRow, text, writeMessage, writeStartup } from './messages.ts';

export type SqlRow = readonly (string | null)[];

export interface Database {
  /** Rows of a query in the simple flow. @throws Error with the SQLSTATE as `code`, or a socket's when it cannot be reached. */
  query(sql: string): Promise<readonly SqlRow[]>;
}

interface Connection {
  run(sql: string): Promise<readonly SqlRow[]>;
  isOpen(): boolean;
}

export function createDatabase(host: string, port: number, user: string, size = 4): Database {
  const idle: Connection[] = [];
  const waiting: ((connection: Connection) => void)[] = [];
  let open = 0;

  const take = async (): Promise<Connection> => {
    for (let last = idle.pop(); last; last = idle.pop()) {
      if (last.isOpen()) return last;
      open -= 1;
    }
    if (open >= size) return new Promise((resolve) => waiting.push(resolve));
    open += 1;
    return connectTo(host, port, user).catch((error) => {
      open -= 1;
      throw error;
    });
  };
  const giveBack = (connection: Connection) => {
    const next = waiting.shift();
    if (next) next(connection);
    else idle.push(connection);
  };

  return {
    async query(sql) {
      const connection = await take();
      try {
        return await connection.run(sql);
      } finally {
        giveBack(connection);
      }
    },
  };
}

async function connectTo(host: string, port: number, user: string): Promise<Connection> {
  const socket = connect({ host, port, lookup: names.lookup });
  await once(socket, 'connect');
  socket.setNoDelay().on('error', () => undefined);
  const read = reader(socket);
  socket.write(writeStartup(user, 'shop'));
  await read();
  return {
    isOpen: () => socket.writable,
    run: (sql) => {
      socket.write(writeMessage('Q', text(sql)));
      return read();
    },
  };
}

/** Waits for the next ReadyForQuery and gives the rows that came before it. */
function reader(socket: Socket): () => Promise<readonly SqlRow[]> {
  let held = Buffer.alloc(0);
  let rows: SqlRow[] = [];
  let error: Error | undefined;
  let done: ((error?: Error) => void) | undefined;
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    for (let next = readMessage(held); next; next = readMessage(held)) {
      held = held.subarray(next.end);
      const { type, body } = next.message;
      if (type === 'D') rows.push(readRow(body));
      if (type === 'E') {
        const { C: code, M: message } = readError(body);
        error = Object.assign(new Error(message), { code });
      }
      if (type === 'Z') done?.(error);
    }
  });
  socket.on('close', () => done?.(Object.assign(new Error('connection lost'), { code: 'ECONNRESET' })));
  return () =>
    new Promise((resolve, reject) => {
      rows = [];
      error = undefined;
      done = (failure) => {
        done = undefined;
        if (failure) reject(failure);
        else resolve(rows);
      };
    });
}
