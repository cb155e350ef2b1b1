/** Lays graphs out in a thread of its own, so that keys are answered meanwhile. One outline in, one arrangement out, in order. */
import { parentPort } from 'node:worker_threads';
import { arrange } from './arrange.ts';
import type { Outline } from './arrangement.ts';

parentPort?.on('message', (outline: Outline) => parentPort?.postMessage(arrange(outline)));
