/** What one pod, edge or endpoint came to in one second. */
import { SketchTally } from '../../src/domain/sketch/tally.ts';
import type { ExchangeFacts } from '../stream/protocol.ts';

export class Cell {
  second = 0;
  requests = 0;
  clientErrors = 0;
  serverErrors = 0;
  failures = 0;
  sampledOut = 0;
  requestBytes = 0;
  responseBytes = 0;
  readonly latency = new SketchTally();

  /** `bucket` is that of the latency (sketch.ts); unused while that is not known. */
  add(facts: ExchangeFacts, bucket: number): void {
    this.requests++;
    this.requestBytes += facts.requestBytes;
    this.responseBytes += facts.responseBytes;
    if (facts.latency >= 0) this.latency.add(facts.latency, bucket);
    if (facts.result === 'ok') return;
    if (facts.result === 'client-error') this.clientErrors++;
    else if (facts.result === 'server-error') this.serverErrors++;
    else this.failures++;
  }

  clear(): void {
    this.requests = 0;
    this.clientErrors = 0;
    this.serverErrors = 0;
    this.failures = 0;
    this.sampledOut = 0;
    this.requestBytes = 0;
    this.responseBytes = 0;
    this.latency.clear();
  }
}
