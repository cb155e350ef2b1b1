import { generateKeyPair } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Routes } from '../http-service.ts';
import { text } from '../reply.ts';
import { jsonBody, serveJson } from './serve-json.ts';

const generate = promisify(generateKeyPair);
const HISTORY = 20;
/** A pause after each key, so that a workload without end does not eat a core. */
const PAUSE_MS = 250;

interface Config {
  readonly enabled: boolean;
  /** 0 is without end, as is a `timeToRun` (seconds) of 0. */
  readonly numToGen: number;
  readonly timeToRun: number;
}

/** A workload that makes RSA keys when told to (pkg/keygen). */
export function keygenRoutes(base: string): Routes {
  let config: Config = { enabled: false, numToGen: 0, timeToRun: 0 };
  let lastId = 0;
  let history: { id: number; data: string }[] = [];

  function note(data: string): void {
    history = [...history, { id: ++lastId, data }].slice(-HISTORY);
  }

  async function work(job: Config): Promise<void> {
    const end = job.timeToRun > 0 ? Date.now() + job.timeToRun * 1000 : Number.POSITIVE_INFINITY;
    for (let made = 0; config === job && Date.now() < end && (job.numToGen === 0 || made < job.numToGen); made++) {
      const { publicKey } = await generate('rsa', { modulusLength: 1024 });
      note(`key ${made + 1} of ${job.numToGen || 'many'}: ${publicKey.asymmetricKeyDetails?.modulusLength} bits`);
      await delay(PAUSE_MS);
    }
    note('workload done');
  }

  return {
    [`GET ${base}`]: (call) => serveJson(call, { config, history }),
    [`GET ${base}/api`]: (call) => serveJson(call, { config, history }),
    [`PUT ${base}`]: async (call) => {
      const wanted = await jsonBody(call);
      if (!wanted) return text(call, 400, 'not a JSON object\n');
      const { enabled, numToGen, timeToRun } = { ...config, ...wanted };
      config = { enabled: enabled === true, numToGen: Number(numToGen) || 0, timeToRun: Number(timeToRun) || 0 };
      if (config.enabled) void work(config);
      serveJson(call, { config, history });
    },
  };
}
