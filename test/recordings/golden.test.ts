import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createAttribution } from '../../agent/attribution/attribution.ts';
import { kernelProcesses, type Processes } from '../../agent/attribution/processes.ts';
import { createPodsBelow } from '../../agent/attribution/resolvers/pods-below.ts';
import { createDecoder } from '../../agent/capture/decode.ts';
import { layoutHash } from '../../agent/capture/layout.gen.ts';
import { formatVersion } from '../../agent/capture/recording-format.ts';
import { createRecordingSource } from '../../agent/capture/recording-source.ts';
import { createRecordingWriter } from '../../agent/capture/recording-writer.ts';
import type { CaptureListener, CgroupNames } from '../../agent/capture/source.ts';
import { secretFields } from '../../agent/protocols/http/redact.ts';
import { createProtocols, payloadOf } from '../../agent/protocols/index.ts';
import { createRecordedProcesses, createReplayedProcesses } from '../../agent/recorded-processes.ts';
import { createConnections } from '../../agent/stream/connections.ts';
import type { Row } from '../../src/domain/column.ts';
import { exchangeBatch } from './kernel-batches.ts';

const directory = mkdtempSync(join(tmpdir(), 'kelpie-golden-'));
after(() => rmSync(directory, { recursive: true }));

const host = { node: 'node-1', kernel: '6.1', cpus: 2, clockOffset: 1_700_000_000_000_000_000n };
const path = '/demo/shop/api/app';

const requests = [
  [
    'GET /plain HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer abc.def\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  ],
  [
    'POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\nX-Api-Key: k\r\n\r\na=1&b=2',
    'HTTP/1.1 201 Created\r\nSet-Cookie: id=1; HttpOnly\r\nset-cookie:\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n0\r\n\r\n',
  ],
  ['GET /missing HTTP/1.0\r\nCookie: \r\n\r\n', 'HTTP/1.0 404 Not Found\r\n\r\nno such thing'],
  ['GET /unanswered HTTP/1.1\r\nHost: x\r\n\r\n', ''],
] as const;

const batches = requests.map(([request, response], i) => exchangeBatch(1e9 + i * 300e6, 10 + i, request, response));

/** Everything above the kernel, as the agent has it. */
function pipeline(cgroups: CgroupNames, processes: Processes) {
  const rows = new Map<string, Row>();
  const attribution = createAttribution({ host, cgroups, processes, resolvers: [createPodsBelow('/demo')] });
  const connections = createConnections({
    protocols: createProtocols(),
    identity: attribution.identity,
    wallTime: (time) => BigInt(Math.round(time)) + host.clockOffset,
    output: { row: (table, row) => void rows.set(String(row.id), payloadOf(table, row)), lost() {} },
  });
  const listener: CaptureListener = {
    open(socket) {
      attribution.open(socket);
      connections.open(socket);
    },
    segment: connections.segment,
    close(close) {
      connections.close(close);
      attribution.close(close);
    },
    tick: connections.tick,
  };
  return { rows, listener, flush: connections.flush };
}

describe('a recording', () => {
  test('gives the exchanges that were seen live, to the byte', async () => {
    const file = join(directory, 'golden.kelpie');
    const writer = await createRecordingWriter({
      file,
      meta: {
        version: formatVersion,
        layout: layoutHash,
        ...host,
        clockOffset: String(host.clockOffset),
        began: 1e9,
        cgroup: '/demo',
        podsBelow: '/demo',
        redacted: secretFields,
      },
    });
    writer.fact({ kind: 'cgroup', id: 1, path });
    const named: Processes = { ...kernelProcesses, nameOf: (pid, comm) => `${comm}-${pid}` };
    const live = pipeline(
      { pathOf: (id) => (id === 1 ? path : undefined) },
      createRecordedProcesses(named, writer.fact),
    );
    const decoder = createDecoder();
    for (const [i, batch] of batches.entries()) {
      const time = 1e9 + i * 300e6 + 20e6;
      writer.batch(batch, time);
      decoder.decode(batch, live.listener);
      live.listener.tick(time);
    }
    live.flush();
    assert.equal(await writer.close(3e9), true);

    const source = await createRecordingSource(file);
    const replayed = pipeline(source.cgroups, createReplayedProcesses(source.facts));
    await source.run(replayed.listener, new AbortController().signal);
    replayed.flush();
    source.close();

    assert.equal(live.rows.size, requests.length);
    assert.deepEqual([...replayed.rows.values()], [...live.rows.values()]);
    const [first] = live.rows.values();
    assert.equal(first?.pod, 'shop/api');
    assert.equal(first?.process, 'web-77');
  });
});
