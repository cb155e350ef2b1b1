/**
 * What Kelpie shows equals what was sent and received: real servers, real clients, the real kernel. Every request carries a
 * sequence id in a header; the row with that id must hold the client's own truth, byte for byte up to the capture limit.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { type Captured, follow } from '../peers/kelpie.ts';
import { type RunningServer, serverKinds, startServer } from '../peers/servers.ts';

const bodyLimit = 16_384;
const browser = join(import.meta.dirname, '../peers/browser.mjs');

type Row = Record<string, unknown>;
const header = (row: Row, name: string, side: 'req' | 'resp' = 'req') =>
  (row[`${side}_headers`] as Record<string, string> | null)?.[name];
const bodyOf = (row: Row, side: 'req' | 'resp'): Buffer => {
  const value = row[`${side}_body`] as string | null;
  return Buffer.from(value ?? '', row[`${side}_body_encoding`] === 'base64' ? 'base64' : 'utf8');
};

describe('rows equal what real clients sent to and got from real servers', () => {
  let work: string;
  let root: string;
  let cgroup: TestCgroup;
  let captured: Captured;
  const servers = new Map<string, RunningServer>();

  before(async () => {
    work = mkdtempSync(join(tmpdir(), 'kelpie-truth-'));
    root = join(work, 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'index.html'), '<!doctype html><title>hello</title><p>grüße</p>\n');
    writeFileSync(
      join(root, 'data.json'),
      JSON.stringify({ items: Array.from({ length: 60 }, (_, id) => ({ id, name: `item ${id}` })) }),
    );
    writeFileSync(join(root, 'binary.bin'), Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7) % 256)));
    writeFileSync(join(root, 'large.txt'), 'All work and no play makes Jack a dull boy.\n'.repeat(8_000));
    writeFileSync(join(root, 'empty.txt'), '');
    cgroup = makeCgroup('truth');
    for (const kind of serverKinds) servers.set(kind.name, await startServer(kind, cgroup, root, work));
    captured = follow(['--local', '--cgroup', cgroup.path, '--body-limit', String(bodyLimit)]);
    await warmUp();
  });

  after(async () => {
    await captured?.stop();
    await cgroup?.remove();
    rmSync(work, { recursive: true, force: true });
  });

  /** Asks until the first row is seen: capture is on. */
  async function warmUp(): Promise<void> {
    const { port } = server('node');
    const timer = setInterval(() => void curl(port, '/warm-up', []).catch(() => undefined), 100);
    await captured.until((rows) => rows.length > 0, 20_000).finally(() => clearInterval(timer));
  }

  const server = (name: string): RunningServer => {
    const found = servers.get(name);
    assert.ok(found, `${name} runs`);
    return found;
  };

  /** curl inside the watched cgroup. */
  function curl(port: number, path: string, args: readonly string[]): Promise<{ stdout: Buffer }> {
    return inCgroup('curl', ['-sS', '--max-time', '10', ...args, `http://127.0.0.1:${port}${path}`]);
  }

  function inCgroup(file: string, args: readonly string[]): Promise<{ stdout: Buffer }> {
    return new Promise((resolve, reject) => {
      const child = cgroup.spawnIn('client', file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      const parts: Buffer[] = [];
      let complaint = '';
      child.stdout?.on('data', (data) => parts.push(data));
      child.stderr?.on('data', (data) => {
        complaint += data;
      });
      child.on('close', (code) => {
        if (code === 0) resolve({ stdout: Buffer.concat(parts) });
        else reject(new Error(`${file} ${args.join(' ')}: exit ${code}: ${complaint}`));
      });
    });
  }

  /** The two final rows of a sequence id: the client's socket and the server's. */
  async function rowsOf(seq: string): Promise<Row[]> {
    const mine = (rows: readonly Row[]) =>
      rows.filter((row) => header(row, 'x-seq') === seq && row.outcome !== 'in-flight');
    await captured.until((rows) => new Set(mine(rows).map((row) => row.trace_role)).size === 2);
    return mine(captured.rows);
  }

  for (const kind of serverKinds) {
    test(`${kind.name}: curl gets HTML, JSON, binary, empty and large files, a 404 and a HEAD`, async () => {
      const { port } = server(kind.name);
      const paths = ['/index.html', '/data.json', '/binary.bin', '/empty.txt', '/large.txt', '/nowhere?q=a%20b'];
      for (const [i, path] of paths.entries()) {
        const seq = `${kind.name}-${i}`;
        const headerFile = join(work, `${seq}.headers`);
        const { stdout } = await curl(port, path, [
          '-D',
          headerFile,
          '-H',
          `X-Seq: ${seq}`,
          '-H',
          'X-Fancy:  padded  ',
        ]);
        const rows = await rowsOf(seq);
        assert.equal(rows.length, 2, `one row per socket for ${seq}`);
        for (const row of rows) {
          assert.equal(row.req_method, 'GET');
          assert.equal(row.req_path, path);
          assert.equal(header(row, 'x-fancy'), 'padded');
          assert.equal(header(row, 'host'), `127.0.0.1:${port}`);
          assertResponse(row, readFileSync(headerFile, 'latin1'), stdout);
        }
      }
      const seq = `${kind.name}-head`;
      await curl(port, '/large.txt', ['-I', '-H', `X-Seq: ${seq}`]);
      for (const row of await rowsOf(seq)) {
        assert.equal(row.req_method, 'HEAD');
        assert.equal(row.resp_status, 200);
        assert.equal(row.resp_body_size, 0, 'a response to HEAD has no body, whatever Content-Length says');
      }
    });

    test(`${kind.name}: many requests on one kept-alive connection, each in its own row and order`, async () => {
      const { port } = server(kind.name);
      const urls = Array.from({ length: 20 }, (_, i) => `http://127.0.0.1:${port}/data.json?n=${i}`);
      const seq = `${kind.name}-keep`;
      await inCgroup('curl', ['-sS', '-H', `X-Seq: ${seq}`, ...urls.flatMap((url) => ['-o', '/dev/null', url])]);
      const mine = () => captured.rows.filter((row) => header(row, 'x-seq') === seq && row.trace_role === 'server');
      await captured.until(() => mine().length === urls.length);
      assert.deepEqual(
        mine().map((row) => row.req_path),
        urls.map((url) => url.slice(`http://127.0.0.1:${port}`.length)),
      );
      const connections = new Set(mine().map((row) => row.conn_id));
      assert.equal(connections.size, kind.closes ? urls.length : 1, 'connections');
    });

    test(`${kind.name}: wget is seen too`, async () => {
      const { port } = server(kind.name);
      const seq = `${kind.name}-wget`;
      const { stdout } = await inCgroup('wget', [
        '-q',
        '-O',
        '-',
        `--header=X-Seq: ${seq}`,
        `http://127.0.0.1:${port}/data.json`,
      ]);
      for (const row of await rowsOf(seq)) {
        assert.match(String(header(row, 'user-agent')), /wget/i);
        assert.deepEqual(bodyOf(row, 'resp'), stdout.subarray(0, bodyLimit));
      }
    });
  }

  test('a browser-like client: 600 requests over six kept-alive connections, every one exactly once on each side', async () => {
    const { port } = server('nginx');
    const ids = Array.from({ length: 600 }, (_, i) => `page-${i}`);
    const child = cgroup.spawnIn('client', process.execPath, [browser, String(port), ...ids], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child, 'close');
    assert.equal(child.exitCode, 0);
    for (const role of ['client', 'server']) {
      const seen = () =>
        captured.rows
          .filter((row) => row.trace_role === role && row.outcome === 'ok')
          .map((row) => header(row, 'x-seq'))
          .filter((seq) => seq?.startsWith('page-'));
      await captured.until(() => seen().length >= ids.length);
      assert.deepEqual(seen().sort(), [...ids].sort());
    }
  });

  test('request bodies: JSON, 100 KB binary with Expect: 100-continue, chunked upload', async () => {
    const { port } = server('node');
    const binary = join(work, 'upload.bin');
    writeFileSync(binary, Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31) % 256)));
    const uploads = [
      {
        seq: 'post-json',
        args: ['-H', 'content-type: application/json', '-d', '{"quantity":3,"sku":"a-1"}'],
        sent: Buffer.from('{"quantity":3,"sku":"a-1"}'),
      },
      {
        seq: 'post-binary',
        args: ['-H', 'expect: 100-continue', '--data-binary', `@${binary}`],
        sent: readFileSync(binary),
      },
      {
        seq: 'post-chunked',
        args: ['-H', 'transfer-encoding: chunked', '-d', 'chunk by chunk'],
        sent: Buffer.from('chunk by chunk'),
      },
    ];
    for (const { seq, args, sent } of uploads) {
      const { stdout } = await curl(port, '/echo', ['-H', `X-Seq: ${seq}`, ...args]);
      assert.deepEqual(stdout, sent, 'the server echoed what was sent');
      for (const row of await rowsOf(seq)) {
        assert.equal(row.req_method, 'POST');
        assert.equal(row.resp_status, 201);
        assert.equal(row.req_body_size, sent.length);
        assert.equal(row.resp_body_size, sent.length);
        assertPrefix(bodyOf(row, 'req'), sent);
        assertPrefix(bodyOf(row, 'resp'), sent);
      }
    }
  });

  test('content and transfer codings are taken off: gzip, br, chunked with a trailer', async () => {
    const { port } = server('node');
    for (const path of ['/gzip', '/br']) {
      const seq = `coded${path.slice(1)}`;
      await curl(port, path, ['-H', `X-Seq: ${seq}`]);
      for (const row of await rowsOf(seq))
        assert.equal(JSON.parse(bodyOf(row, 'resp').toString()).coded, path.slice(1));
    }
    await curl(port, '/chunked', ['-H', 'X-Seq: trailers']);
    for (const row of await rowsOf('trailers')) {
      assert.equal(bodyOf(row, 'resp').toString(), 'part 0\npart 1\npart 2\npart 3\npart 4\n');
      assert.equal((row.resp_trailers as Record<string, string>)['x-checksum'], '5-parts');
    }
  });

  test('a reset connection is a row that says so; a slow answer has the latency the client saw', async () => {
    const { port } = server('node');
    await assert.rejects(curl(port, '/reset', ['-H', 'X-Seq: reset']));
    for (const row of await rowsOf('reset')) {
      assert.equal(row.outcome, 'reset');
      assert.equal(row.resp_status, null);
    }
    const { stdout } = await curl(port, '/slow', [
      '-H',
      'X-Seq: slow',
      '-o',
      '/dev/null',
      '-w',
      '%{time_total} %{time_pretransfer}',
    ]);
    const [total = 0, pre = 0] = stdout.toString().split(' ').map(Number);
    for (const row of await rowsOf('slow')) {
      const seen = Number(row.latency) / 1e9;
      assert.ok(Math.abs(seen - (total - pre)) < 0.1, `captured ${seen}s, curl says ${total - pre}s`);
      assert.ok(seen >= 0.3);
    }
  });

  test('secrets do not leave the agent', async () => {
    const { port } = server('node');
    await curl(port, '/index.html', [
      '-H',
      'X-Seq: secret',
      '-H',
      'Authorization: Bearer s3cr3t-token',
      '-H',
      'Cookie: session=s3cr3t-cookie',
    ]);
    for (const row of await rowsOf('secret')) {
      assert.equal(header(row, 'authorization'), '[redacted]');
      assert.ok(!JSON.stringify(row).includes('s3cr3t'));
    }
  });

  test('nothing was lost on the way', async () => {
    assert.doesNotMatch(captured.stderr(), /lost/i);
  });

  function assertResponse(row: Row, rawHead: string, body: Buffer): void {
    const [statusLine = '', ...fields] = rawHead.trimEnd().split('\r\n');
    assert.equal(row.resp_status, Number(statusLine.split(' ')[1]));
    assert.equal(row.protocol, 'HTTP/1.1');
    for (const field of fields) {
      const [name = '', ...value] = field.split(':');
      assert.equal(header(row, name.toLowerCase(), 'resp'), value.join(':').trim(), name);
    }
    assertPrefix(bodyOf(row, 'resp'), body);
    assert.equal(row.resp_body_size, body.length);
    assert.ok(Number(row.latency) > 0);
  }

  /** Everything up to the capture limit; a body below it is whole. */
  function assertPrefix(kept: Buffer, whole: Buffer): void {
    assert.ok(kept.equals(whole.subarray(0, kept.length)), 'kept bytes are the first bytes');
    // The limit counts the whole message on the wire, head included.
    const least = Math.min(whole.length, bodyLimit - 1024);
    assert.ok(kept.length >= least, `kept ${kept.length} of ${whole.length}`);
  }
});
