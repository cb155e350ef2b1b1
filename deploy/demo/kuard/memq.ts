import { randomUUID } from 'node:crypto';
import type { Call, Routes } from '../http-service.ts';
import { empty, text } from '../reply.ts';
import { serveJson } from './serve-json.ts';

interface Queue {
  readonly messages: { kind: 'message'; id: string; body: string; creationTimestamp: string }[];
  enqueued: number;
  dequeued: number;
  drained: number;
}

/** Messages a queue keeps; the oldest go first. */
const DEPTH = 1000;
const QUEUES = 32;

/** Work queues in memory (pkg/memq/server). */
export function memqRoutes(base: string): Routes {
  const queues = new Map<string, Queue>();

  /** Runs with the queue the path names, or says that there is none. */
  const withQueue = (run: (call: Call, queue: Queue) => void | Promise<void>) => (call: Call) => {
    const queue = queues.get(call.params.queue ?? '');
    return queue ? run(call, queue) : text(call, 400, 'queue not found\n');
  };

  return {
    [`GET ${base}/stats`]: (call) => {
      const stats = [...queues].map(([name, { messages, enqueued, dequeued, drained }]) => ({
        name,
        depth: messages.length,
        enqueued,
        dequeued,
        drained,
      }));
      serveJson(call, { kind: 'stats', queues: stats });
    },
    [`PUT ${base}/queues/:queue`]: (call) => {
      const name = call.params.queue ?? '';
      if (queues.has(name)) return text(call, 400, 'queue already exists\n');
      if (queues.size >= QUEUES) return text(call, 400, 'too many queues\n');
      queues.set(name, { messages: [], enqueued: 0, dequeued: 0, drained: 0 });
      empty(call, 200, { 'Content-Length': 0 });
    },
    [`DELETE ${base}/queues/:queue`]: withQueue((call) => {
      queues.delete(call.params.queue ?? '');
      empty(call, 200, { 'Content-Length': 0 });
    }),
    [`POST ${base}/queues/:queue/drain`]: withQueue((call, queue) => {
      queue.drained += queue.messages.splice(0).length;
      empty(call, 200, { 'Content-Length': 0 });
    }),
    [`POST ${base}/queues/:queue/enqueue`]: withQueue(async (call, queue) => {
      const body = `${await call.body()}`;
      const message = { kind: 'message', id: randomUUID(), body, creationTimestamp: new Date().toISOString() } as const;
      queue.messages.push(message);
      queue.enqueued++;
      if (queue.messages.length > DEPTH) queue.messages.shift();
      serveJson(call, message);
    }),
    [`POST ${base}/queues/:queue/dequeue`]: withQueue((call, queue) => {
      const message = queue.messages.shift();
      if (!message) return empty(call, 204);
      queue.dequeued++;
      serveJson(call, message);
    }),
  };
}
