import { getHeapStatistics } from 'node:v8';
import type { Routes } from '../http-service.ts';
import { empty, text } from '../reply.ts';
import { indexRoutes } from './index-page.ts';
import { serveJson } from './serve-json.ts';

/** All that may be held at once: kuard would let itself be killed, a demo should not. */
const LIMIT = 64 << 20;

/** Memory figures under Go's names (runtime.MemStats) where Node has the same thing, and a leak on request (pkg/memory). */
export function memRoutes(base: string): Routes {
  let leaks: Buffer[] = [];

  return {
    ...indexRoutes(base),
    [`GET ${base}/api`]: (call) => {
      const { heapUsed, heapTotal, rss, external } = process.memoryUsage();
      const { malloced_memory: mallocs, total_heap_size: sys } = getHeapStatistics();
      const leaked = leaks.reduce((sum, { length }) => sum + length, 0);
      serveJson(call, {
        memStats: {
          Alloc: heapUsed + leaked,
          Sys: rss,
          Mallocs: mallocs,
          HeapAlloc: heapUsed,
          HeapSys: sys,
          HeapIdle: heapTotal - heapUsed,
          HeapInuse: heapUsed,
          OtherSys: external,
        },
      });
    },
    [`POST ${base}/api/alloc`]: (call) => {
      const size = call.url.searchParams.get('size');
      if (size === null) return text(call, 400, 'size not specified\n');
      if (!/^\d+$/.test(size)) return text(call, 400, 'bad size param\n');
      const held = leaks.reduce((sum, { length }) => sum + length, 0);
      if (held + Number(size) > LIMIT) return text(call, 507, `no more than ${LIMIT} bytes\n`);
      leaks.push(Buffer.alloc(Number(size), 'x'));
      empty(call, 200, { 'Content-Length': 0 });
    },
    [`POST ${base}/api/clear`]: (call) => {
      leaks = [];
      empty(call, 200, { 'Content-Length': 0 });
    },
  };
}
