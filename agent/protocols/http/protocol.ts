/** HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112). */
import { httpEvents } from '../../../src/domain/tables/http-events.ts';
import type { Protocol, ProtocolOptions } from '../protocol.ts';
import { detectHttp } from './detect.ts';
import { defaultHttpLimits, type HttpLimits } from './limits.ts';
import { HttpReader, type RestingReader } from './reader.ts';
import { createReading } from './reading.ts';
import { createRedactor } from './redact.ts';

export function createHttp(options: ProtocolOptions = {}, limits: HttpLimits = defaultHttpLimits): Protocol {
  const redactor = createRedactor(options.redact);
  options.onRedact?.(redactor.also);
  const reading = createReading(redactor);
  return {
    id: 'http',
    tables: [httpEvents],
    detect: detectHttp,
    read: (connection, output, rest) =>
      new HttpReader(connection, output, reading, limits, rest as RestingReader | undefined),
  };
}
