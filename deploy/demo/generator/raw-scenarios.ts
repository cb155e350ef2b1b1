import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { names } from '../dns/resolver.ts';
import { authority, podOf, type Role, serviceName } from '../pods.ts';
import type { Scenario } from './scenarios.ts';

/** What no well-mannered HTTP library sends, byte by byte. */
export function rawScenarios(): readonly Scenario[] {
  return [
    {
      weight: 1,
      run: () =>
        talk('kuard', [`${get('/healthy')}\r\n${get('/mem/api')}\r\n${get('/env/api')}Connection: close\r\n\r\n`]),
    },
    { weight: 0.7, run: () => talk('kuard', ['GET /healthy HTTP/1.0\r\nUser-Agent: ApacheBench/2.3\r\n\r\n']) },
    // Escape sequences as they are, which a server must refuse and a terminal must never see.
    {
      weight: 0.5,
      run: () => talk('frontend', ['GET /search?q=\x1b[31mred\x1b[0m HTTP/1.1\r\nHost: frontend.shop\r\n\r\n']),
    },
    { weight: 0.7, run: chunkedUpload },
    { weight: 0.15, run: () => talk('api', [`${get('/v1/reports/daily', 'api')}\r\n`], 120) },
  ];
}

/** Request line and Host; the caller ends the head. */
function get(path: string, role: Role = 'kuard'): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${authority(podOf(role))}\r\n`;
}

function chunkedUpload(): Promise<void> {
  const pieces = ['first piece, ', 'second piece, ', 'and the last'];
  const head = `PUT /v1/uploads/notes.txt HTTP/1.1\r\nHost: ${authority(podOf('api'))}\r\nContent-Type: text/plain\r\n`;
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`);
  return talk('api', [`${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`, ...chunks, '0\r\n\r\n']);
}

/** Writes the parts a little apart, reads until the server hangs up or patience (ms) ends, and hangs up. */
async function talk(role: Role, parts: readonly string[], patience = 1500): Promise<void> {
  const pod = podOf(role);
  const socket = connect({ host: serviceName(pod), port: pod.port, lookup: names.lookup });
  const over = new Promise<void>((resolve) => {
    socket.once('close', () => resolve()).once('error', () => resolve());
  });
  socket.resume().setTimeout(patience, () => socket.destroy());
  for (const part of parts) {
    socket.write(part, 'latin1');
    await delay(5);
  }
  await over;
}
