import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '../../src/domain/errors.ts';
import { exchangeBatch } from '../../test/recordings/kernel-batches.ts';
import { createDecoder } from './decode.ts';
import { layoutHash } from './layout.gen.ts';
import { formatVersion, frameTypes, jsonFrame, magic, type RecordingMeta } from './recording-format.ts';
import { createRecordingSource } from './recording-source.ts';
import { createRecordingWriter, type RecordingWriterOptions } from './recording-writer.ts';
import { type CaptureListener, capturedBytes } from './source.ts';

const directory = mkdtempSync(join(tmpdir(), 'kelpie-recording-'));
after(() => rmSync(directory, { recursive: true }));
let files = 0;
const newFile = (): string => join(directory, `r${++files}.kelpie`);

const meta: RecordingMeta = {
  version: formatVersion,
  layout: layoutHash,
  node: 'node-1',
  kernel: '6.1.0',
  cpus: 4,
  clockOffset: '1700000000000000000',
  began: 1e9,
  cgroup: '/shop',
  podsBelow: '/shop',
  redacted: ['cookie'],
};

const batches = Array.from({ length: 40 }, (_, i) =>
  exchangeBatch(
    1e9 + i * 50e6,
    100 + i,
    `GET /${i} HTTP/1.1\r\nHost: x\r\nCookie: secret-${i}\r\n\r\n`,
    `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
  ),
);

/** Everything a listener hears, but the ticks, as text. */
function listening(): { readonly heard: string[]; readonly ticks: number[]; readonly listener: CaptureListener } {
  const heard: string[] = [];
  const ticks: number[] = [];
  const listener: CaptureListener = {
    open: (socket) => void heard.push(`open ${JSON.stringify(socket)}`),
    segment: (segment) =>
      void heard.push(
        `segment ${JSON.stringify({ ...segment, bytes: Buffer.from(capturedBytes(segment)).toString('latin1'), at: 0 })}`,
      ),
    close: (close) => void heard.push(`close ${JSON.stringify(close)}`),
    tick: (time) => void ticks.push(time),
  };
  return { heard, ticks, listener };
}

async function record(options: Partial<RecordingWriterOptions> = {}, chunkEvery = 10): Promise<string> {
  const file = options.file ?? newFile();
  const writer = await createRecordingWriter({ file, meta, ...options });
  for (const [i, batch] of batches.entries()) {
    writer.batch(batch, 1e9 + i * 50e6 + 3e6);
    writer.fact({ kind: 'process', pid: i, comm: 'x', name: `process-${i}` });
    // A pause long enough for what was written so far to become a chunk of its own.
    if (i % chunkEvery === chunkEvery - 1) await new Promise((resolve) => setTimeout(resolve, 260));
  }
  writer.counters({ totals: { segments: 80 }, losses: { 'ring-full': 3 } }, 4e9);
  await writer.close(3.5e9);
  return file;
}

async function play(file: string, speed?: number) {
  const source = await createRecordingSource(file, { speed });
  const { heard, ticks, listener } = listening();
  await source.run(listener, new AbortController().signal);
  source.close();
  return { source, heard, ticks };
}

const live = listening();
for (const batch of batches) createDecoder().decode(batch, live.listener);
const masked = live.heard.map((line) => line.replace(/secret-\d+/, (secret) => '*'.repeat(secret.length)));

const recorded = await record();

describe('a recording', () => {
  test('plays what was captured, secrets masked, and the facts that go with it', async () => {
    const { source, heard, ticks } = await play(recorded);
    assert.deepEqual(heard, masked);
    assert.ok(!readFileSync(recorded).includes('secret'));
    assert.equal(source.host.node, 'node-1');
    assert.equal(source.facts.nameOf(7, 'x'), 'process-7');
    assert.deepEqual(source.counters(), { totals: { segments: 80 }, losses: { 'ring-full': 3, 'bad-record': 0 } });
    assert.equal(source.progress, 1);
    assert.equal(source.problem, undefined);
    assert.equal(ticks.at(-1), 3.5e9);
  });

  test('keeps everything as it was when nothing is to be masked', async () => {
    const file = await record({ meta: { ...meta, redacted: [] } }, 100);
    assert.deepEqual((await play(file)).heard, live.heard);
  });

  test('tells a fact before the batch it was found out in', async () => {
    const source = await createRecordingSource(recorded);
    const known: (string | undefined)[] = [];
    const { listener } = listening();
    let opened = 0;
    await source.run(
      { ...listener, open: () => known.push(source.facts.nameOf(opened++, 'x')) },
      new AbortController().signal,
    );
    source.close();
    assert.deepEqual(
      known,
      batches.map((_, i) => `process-${i}`),
    );
  });

  test('is ticked through silences and paced by captured time', async () => {
    const began = performance.now();
    const { ticks } = await play(recorded, 20);
    const tookMs = performance.now() - began;
    assert.ok(tookMs >= 95, `2 s at twenty times the pace took ${tookMs} ms`);
    assert.ok(
      ticks.every((time, i) => i === 0 || time >= (ticks[i - 1] ?? 0)),
      'time never goes back',
    );
    assert.ok(
      ticks.every((time, i) => i === 0 || time - (ticks[i - 1] ?? 0) <= 101e6),
      'ten ticks a second',
    );
  });

  test('waits for its readers', async () => {
    const source = await createRecordingSource(recorded);
    const { heard, listener } = listening();
    let allowed = 3;
    const stop = new AbortController();
    const ready = () => {
      allowed -= 1;
      if (allowed < 0) stop.abort();
      return allowed < 0 ? new Promise<void>(() => {}) : Promise.resolve();
    };
    await source.run(listener, stop.signal, ready);
    source.close();
    assert.equal(heard.filter((line) => line.startsWith('open')).length, 2);
  });
});

describe('a recording that is not whole', () => {
  const bytes = readFileSync(recorded);

  test('cut off anywhere: plays the beginning, then says so', async () => {
    const file = newFile();
    const lengths: number[] = [];
    for (const share of [0.3, 0.5, 0.8, 0.99]) {
      writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * share)));
      const { source, heard } = await play(file);
      assert.deepEqual(heard, masked.slice(0, heard.length));
      assert.equal(source.problem?.code, 'recording-truncated');
      assert.equal(source.counters().losses['bad-record'], 1);
      lengths.push(heard.length);
    }
    assert.ok((lengths[3] ?? 0) > 0 && (lengths[0] ?? 0) < (lengths[3] ?? 0), `${lengths}`);
  });

  test('a killed recorder leaves FILE.partial, which plays as FILE', async () => {
    const file = newFile();
    writeFileSync(`${file}.partial`, bytes.subarray(0, bytes.length - 40));
    const { heard, source } = await play(file);
    assert.equal(heard.length, masked.length);
    assert.equal(source.problem?.code, 'recording-truncated');
  });

  test('damaged inside: loses the damaged part, counts it, plays the rest', async () => {
    const file = newFile();
    const broken = Buffer.from(bytes);
    broken.fill(0x55, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.4) + 30);
    writeFileSync(file, broken);
    const { source, heard } = await play(file);
    assert.ok(heard.length > 0 && heard.length < masked.length);
    assert.ok((source.counters().losses['bad-record'] ?? 0) > 0);
    assert.ok(heard.every((line) => masked.includes(line)));
  });

  test('any bytes changed, anywhere: an error of ours, or fewer events, never a crash or a hang', async () => {
    const file = newFile();
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.nat(bytes.length),
        async (changes, length) => {
          const broken = Buffer.from(bytes.subarray(0, length));
          for (const [at, byte] of changes) if (at < length) broken[at] = byte;
          writeFileSync(file, broken);
          try {
            const { heard } = await play(file);
            assert.ok(heard.length <= masked.length);
          } catch (thrown) {
            assert.ok(thrown instanceof AppError && thrown.code.startsWith('recording-'), String(thrown));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('frames that are whole but hold nonsense are counted', async () => {
    const file = newFile();
    const nonsense = jsonFrame(frameTypes.chunk, { time: 1, batches: 1, dropped: 0 });
    writeFileSync(
      file,
      Buffer.concat([
        magic,
        jsonFrame(frameTypes.meta, meta),
        nonsense,
        jsonFrame(frameTypes.end, { time: 1e300, batches: 0, dropped: 0 }),
      ]),
    );
    const { source } = await play(file);
    assert.equal(source.counters().losses['bad-record'], 1);
  });
});

describe('what is no recording', () => {
  const codeOf = (content: Buffer | string): Promise<string> => {
    const file = newFile();
    writeFileSync(file, content);
    return createRecordingSource(file).then(
      () => 'opened',
      (error: AppError) => `${error.code}: ${error.message.split('\n')[0]}`,
    );
  };

  test('says what it is instead', async () => {
    assert.match(
      await codeOf('#!/bin/sh\necho hello\n'),
      /^recording-foreign: .* is not a Kelpie recording .*#!\/bin\/sh/,
    );
    assert.match(await codeOf(''), /^recording-foreign: .*empty/);
    assert.match(await codeOf(Buffer.from([0x0a, 0x0d, 0x0d, 0x0a])), /^recording-foreign: /);
    assert.match(await codeOf(magic), /^recording-truncated/);
    assert.match(
      await codeOf(Buffer.concat([magic, jsonFrame(1, { ...meta, version: 9 })])),
      /^recording-version: .*version 9/,
    );
    assert.match(await codeOf(Buffer.concat([magic, jsonFrame(1, { ...meta, layout: 'x' })])), /^recording-layout/);
    await assert.rejects(createRecordingSource(join(directory, 'none')), { code: 'recording-not-found' });
    await assert.rejects(createRecordingSource(directory), { code: 'recording-foreign' });
  });
});

describe('a recorder that cannot keep up', () => {
  test('drops batches, counts them, and the player tells every connection of the loss', async () => {
    const file = newFile();
    const writer = await createRecordingWriter({ file, meta, maxPendingBytes: 3000 });
    for (const [i, batch] of batches.entries()) writer.batch(batch, 1e9 + i * 1e6);
    const { dropped } = writer.stats;
    assert.ok(dropped > 0 && dropped < batches.length);
    await new Promise((resolve) => setTimeout(resolve, 300));
    writer.batch(batches[39] ?? Buffer.alloc(0), 2e9);
    assert.equal(await writer.close(2e9), false);
    const { source, heard } = await play(file);
    assert.equal(source.counters().losses['recording-full'], dropped);
    assert.match(heard.findLast((line) => line.startsWith('segment')) ?? '', new RegExp(`"lost":${dropped},`));
  });

  test('a place that cannot be written to is an error at once', async () => {
    await assert.rejects(createRecordingWriter({ file: '/nonexistent/r', meta }), { code: 'output-file' });
  });
});
