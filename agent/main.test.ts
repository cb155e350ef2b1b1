import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { credentials } from '@grpc/grpc-js';
import { AgentServiceClient, type WatchRowsResponse } from '../proto/gen/kelpie/v1/agent.ts';
import { exchangeBatch } from '../test/recordings/kernel-batches.ts';
import { layoutHash } from './capture/layout.gen.ts';
import { formatVersion } from './capture/recording-format.ts';
import { createRecordingWriter } from './capture/recording-writer.ts';

const directory = mkdtempSync(join(tmpdir(), 'kelpie-agent-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

const recording = join(directory, 'r.kelpie');
const exchanges = 500;

before(async () => {
  const writer = await createRecordingWriter({
    file: recording,
    meta: {
      version: formatVersion,
      layout: layoutHash,
      node: 'node-1',
      kernel: '6.1',
      cpus: 2,
      clockOffset: '1700000000000000000',
      began: 1e9,
      cgroup: '/',
      podsBelow: null,
      redacted: [],
    },
  });
  for (let i = 0; i < exchanges; i++) {
    const response = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    writer.batch(
      exchangeBatch(1e9 + i * 10e6, i + 1, `GET /${i} HTTP/1.1\r\nHost: x\r\n\r\n`, response),
      1e9 + i * 10e6 + 5e6,
    );
  }
  await writer.close(1e9 + exchanges * 10e6);
});

let started = 0;

/** The agent as its parent sees it: one line, log, exit code. */
function start(args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), ...args]);
  children.push(child);
  let out = '';
  let log = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const line = new Promise<{ ready: boolean; address: string; error?: { code: string } }>((resolve, reject) => {
    child.stdout.on('data', () => out.includes('\n') && resolve(JSON.parse(out)));
    void exit.then(() => reject(new Error(`no line: ${log}`)));
  });
  return { child, line, exit, log: () => log, lines: () => out.trimEnd().split('\n').length };
}

const replay = (...args: string[]) =>
  start(['--replay', recording, '--listen', `unix:${join(directory, `${++started}.sock`)}`, ...args]);

const rowsOf = (message: WatchRowsResponse): number =>
  message.event?.$case === 'batch' ? message.event.value.rows : 0;

function watch(address: string, once: boolean) {
  const client = new AgentServiceClient(address, credentials.createInsecure(), {
    'grpc.default_authority': 'localhost',
  });
  const query = {
    table: 'http_events',
    filter: '',
    payload: false,
    backlog: 0,
    maxRowsPerSecond: 0,
    once,
    namesElsewhere: false,
    paceMs: 0,
  };
  return { client, call: client.watchRows(query) };
}

/** A reader that stays, whatever comes. */
function openReader(address: string): { readonly heard: Promise<unknown>; close(): void } {
  const { client, call } = watch(address, false);
  const heard = new Promise((resolve, reject) => {
    call.on('data', resolve);
    call.on('error', reject);
  });
  return { heard, close: () => client.close() };
}

async function watchToEnd(address: string, once: boolean): Promise<number> {
  const { client, call } = watch(address, once);
  let rows = 0;
  await new Promise<void>((resolve, reject) => {
    call.on('data', (message: WatchRowsResponse) => {
      rows += rowsOf(message);
      if (message.event?.$case === 'end') resolve();
    });
    call.on('error', reject);
  });
  call.on('error', () => {});
  call.cancel();
  client.close();
  return rows;
}

describe('the agent process', () => {
  test('says it is up, plays a recording to whoever watches, without loss, and ends on SIGTERM, reader or not', async () => {
    const agent = replay();
    const { ready, address } = await agent.line;
    assert.equal(ready, true);
    assert.equal(await watchToEnd(address, true), exchanges);
    const { heard, close } = openReader(address);
    await heard;
    agent.child.kill('SIGTERM');
    assert.equal(await agent.exit, 0);
    close();
    assert.equal(existsSync(address.slice(5)), false);
    assert.equal(agent.lines(), 1);
  });

  test('ends when its standard input does, also in the middle of a replay', async () => {
    const agent = replay('--stdin-watch', '--speed', '1');
    const { address } = await agent.line;
    watchToEnd(address, false).catch(() => {});
    agent.child.stdin.end();
    assert.equal(await agent.exit, 0);
  });

  test('says why it is not up, as a line and as text, and exits with the error’s code', async () => {
    const cases: readonly (readonly [args: string[], code: string, exit: number])[] = [
      [['--replay', join(directory, 'none'), '--listen', 'unix:/tmp/x'], 'recording-not-found', 1],
      [['--nonsense'], 'usage', 2],
      [['--replay', recording, '--listen', '192.0.2.1:80'], 'usage', 2],
    ];
    for (const [args, code, exitCode] of cases) {
      const agent = start(args);
      const line = await agent.line;
      assert.equal(line.ready, false);
      assert.equal(line.error?.code, code);
      assert.equal(await agent.exit, exitCode);
      assert.match(agent.log(), /^kelpie agent: .+\n$/);
    }
  });

  test('a recording that was cut off is played and the cut told', async () => {
    const { readFileSync } = await import('node:fs');
    const file = join(directory, 'cut.kelpie');
    const bytes = readFileSync(recording);
    writeFileSync(file, bytes.subarray(0, bytes.length - 20));
    const agent = start(['--replay', file, '--listen', `unix:${join(directory, 'cut.sock')}`]);
    const { address } = await agent.line;
    assert.equal(await watchToEnd(address, false), exchanges);
    agent.child.kill('SIGINT');
    assert.equal(await agent.exit, 0);
    assert.match(agent.log(), /ends in the middle of a record/);
  });
});
