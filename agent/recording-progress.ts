/** While a recording is made: a lease that keeps capture on, the counters once a second, and a line that says how it goes. */

import type { RecordingWriter } from './capture/recording-writer.ts';
import type { CaptureSource } from './capture/source.ts';
import type { Leases } from './leases.ts';

export interface RecordingProgress {
  /** Says the last word. */
  stop(): void;
}

const leaseMs = 5000;
const everyMs = 1000;
/** On what is no terminal a line every so many seconds will do. */
const quietSeconds = 10;

export function startRecordingProgress(parts: {
  readonly writer: RecordingWriter;
  readonly source: CaptureSource;
  readonly leases: Leases;
  /** So far. */
  readonly exchanges: () => number;
}): RecordingProgress {
  const { writer, source, leases, exchanges } = parts;
  const began = performance.now();
  const isTerminal = process.stderr.isTTY === true;
  let seconds = 0;

  function renew(): void {
    leases.renew({ client: 'recording', level: 'bodies', scopes: [], ttlMs: leaseMs, messageCap: 0 });
  }

  function line(): string {
    const { bytes, dropped, failure } = writer.stats;
    const parts = [
      `${Math.round((performance.now() - began) / 1000)} s`,
      `${exchanges()} exchanges`,
      `${(bytes / 1e6).toFixed(1)} MB`,
      ...(dropped > 0 ? [`${dropped} batches lost`] : []),
      ...(failure === undefined ? [] : [failure]),
    ];
    return `recording: ${parts.join(', ')}`;
  }

  function say(isLast: boolean): void {
    if (isTerminal) process.stderr.write(`\r\x1b[K${line()}${isLast ? '\n' : ''}`);
    else if (isLast || seconds % quietSeconds === 0) process.stderr.write(`${line()}\n`);
  }

  renew();
  const timer = setInterval(() => {
    seconds += 1;
    renew();
    writer.counters(source.counters(), source.now());
    say(false);
  }, everyMs);

  return {
    stop() {
      clearInterval(timer);
      say(true);
    },
  };
}
