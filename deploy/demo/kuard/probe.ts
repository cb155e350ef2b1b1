import type { Routes } from '../http-service.ts';
import { text } from '../reply.ts';
import { jsonBody, serveJson } from './serve-json.ts';

const HISTORY = 20;

/**
 * A probe that can be told to fail (pkg/debugprobe): PUT `{"failNext": N}` to its `/api` fails the next N calls, −1 all.
 */
export function probeRoutes(base: string): Routes {
  let failNext = 0;
  let lastId = 0;
  const history: { id: number; when: number; code: number }[] = [];

  function status() {
    const shown = history.map(({ id, when, code }) => ({
      id,
      when: new Date(when).toISOString(),
      relWhen: `${Math.round((Date.now() - when) / 1000)} seconds ago`,
      code,
    }));
    return { probePath: base, failNext, history: shown.reverse() };
  }

  function outcome(): readonly [code: number, message: string] {
    if (failNext === 0) return [200, 'ok'];
    if (failNext < 0) return [500, 'fail, permanent'];
    failNext--;
    return [500, `fail, ${failNext} left`];
  }

  return {
    [`GET ${base}`]: (call) => {
      const [code, message] = outcome();
      history.push({ id: ++lastId, when: Date.now(), code });
      if (history.length > HISTORY) history.shift();
      text(call, code, message);
    },
    [`GET ${base}/api`]: (call) => serveJson(call, status()),
    [`PUT ${base}/api`]: async (call) => {
      const config = await jsonBody(call);
      if (!Number.isInteger(config?.failNext)) return text(call, 400, 'failNext must be a whole number\n');
      failNext = Number(config?.failNext);
      serveJson(call, status());
    },
  };
}
