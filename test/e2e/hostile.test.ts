/** Hostile and broken input of every kind against the whole product: nothing raw on the terminal, nothing dead, losses told. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { constants, createBrotliCompress, gzipSync } from 'node:zlib';
import { processCpuMs } from '../bench/cpu.ts';
import { makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { kelpieCli } from '../peers/kelpie.ts';
import { freePort } from '../peers/servers.ts';
import type { PersonAtTerminal } from '../terminal/terminal.ts';
import { until } from './demo-process.ts';
import { assertRestored, assertWhole, openKelpie, residentBytes, shownRows } from './kelpie-terminal.ts';

before(() => {
  execFileSync('sh', ['scripts/build.sh', '--quiet'], { stdio: 'inherit' });
});

const enter = '\r';
const esc = '\x1b';

/** Sequences that do something to a terminal that obeys; none of them is one that the product itself writes. */
const commands = [
  '\x1b]52;c;UFdORUQ=\x07',
  '\x1b]0;PWNED\x07',
  '\x1b]2;PWNED\x1b\\',
  '\x1b]8;;http://pwned\x1b\\',
  '\x1bP+q50574e\x1b\\',
  '\x1b[6n',
  '\x1b[31;99m',
  '\x1b[2;3r',
  '\x1bc',
  '\x1b_PWNED\x1b\\',
  '\x1b(0',
] as const;
/** 8-bit controls, once as single bytes and once as UTF-8; bidi controls; what hides; what moves the cursor. */
const bytes = ['\x9b31m', '\x9d0;PWNED\x9c', '\x90PWNED\x9c', '\xc2\x9b31m', '\xc2\x9d0;PWNED\xc2\x9c'].join('');
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const bidi = utf8('\u202ereversed\u202c\u2066isolated\u2069\u200b\ufeff\u061c');
const wide = utf8('漢字カタカナ👩‍👩‍👧‍👦🏳️‍🌈e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301ﷺ한국어');
const moves = '\x00\x07\x08\x0b\x0c\x7f\x85';
const broken = '\xff\xfe\xc0\xaf\xed\xa0\x80\xf8\x88';
const poison = commands.join('') + bytes + bidi + wide + moves + broken;

interface RawExchange {
  readonly request: string | Buffer;
  readonly response: string | Buffer;
}

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;
const ok = (body: string | Buffer, more = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${more}\r\n`, 'latin1'),
    typeof body === 'string' ? Buffer.from(body, 'latin1') : body,
  ]);
/** Bytes that look random and are the same each time. */
const noise = (length: number): Buffer => {
  const made = Buffer.alloc(length);
  for (let i = 0, seed = 11; i < length; i += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    made[i] = seed >> 16;
  }
  return made;
};

const shapes: Readonly<Record<string, RawExchange>> = {
  'escapes in the path': { request: get(`/poison-path/${poison.replace(/[ \r\n]/g, '')}`), response: ok('x') },
  'escapes in a header': {
    request: get('/poison-header', `X-Poison: ${poison}\r\nX${poison}: name\r\n`),
    response: ok('x', `X-Poison: ${poison}\r\nServer: ${poison}\r\n`),
  },
  'escapes in the reason': {
    request: get('/poison-reason'),
    response: `HTTP/1.1 500 ${poison}\r\nContent-Length: 0\r\n\r\n`,
  },
  'escapes in the body': {
    request: get('/poison-body'),
    response: ok(`${poison}\nline two ${poison}`, 'Content-Type: text/plain\r\n'),
  },
  'escapes in JSON': {
    request: get('/poison-json'),
    response: ok(JSON.stringify({ [poison]: poison, deep: [poison] }), 'Content-Type: application/json\r\n'),
  },
  'escapes in the content type': {
    request: get('/poison-type'),
    response: ok('x', `Content-Type: ${poison}\r\nContent-Encoding: ${poison}\r\n`),
  },
  'escapes in the method': {
    request: `GE${poison.replace(/[ \r\n]/g, '')}T /poison-method HTTP/1.1\r\nHost: h\r\n\r\n`,
    response: ok('x'),
  },
  'escapes in the host': { request: `GET /poison-host HTTP/1.1\r\nHost: ${poison}\r\n\r\n`, response: ok('x') },
  'random bytes': { request: noise(70_000), response: noise(70_000) },
  'random bytes after a start line': {
    request: Buffer.concat([Buffer.from(get('/random')), noise(5000)]),
    response: noise(5000),
  },
  'a TLS client hello': {
    request: Buffer.concat([Buffer.from('16030100f8010000f40303', 'hex'), noise(240)]),
    response: Buffer.concat([Buffer.from('160303007a0200007603 03'.replace(' ', ''), 'hex'), noise(120)]),
  },
  'a header line of 1 MB': { request: get('/long-header', `X-Long: ${'a'.repeat(1 << 20)}\r\n`), response: ok('x') },
  'a path of 300 kB': { request: get(`/long-path/${'p'.repeat(300_000)}`), response: ok('x') },
  '10,000 headers': {
    request: get('/many-headers', Array.from({ length: 10_000 }, (_, i) => `X-H${i}: ${i}\r\n`).join('')),
    response: ok('x', Array.from({ length: 10_000 }, (_, i) => `X-H${i}: ${i}\r\n`).join('')),
  },
  'a header that never ends': { request: `GET /endless HTTP/1.1\r\nX-Endless: ${'e'.repeat(3 << 20)}`, response: '' },
  'a chunk size beyond 64 bits': {
    request: get('/chunk-overflow'),
    response: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\nabc\r\n0\r\n\r\n',
  },
  'a negative chunk size': {
    request: get('/chunk-negative'),
    response: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n',
  },
  'a negative content length': {
    request: get('/negative'),
    response: 'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabcde',
  },
  'a huge content length': {
    request: get('/huge'),
    response: 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\nabcde',
  },
  'two content lengths': {
    request: get('/two'),
    response: 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde',
  },
  'length and chunked (smuggling)': {
    request:
      'POST /smuggle HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n',
    response: ok('x'),
  },
  'obfuscated transfer coding': {
    request:
      'POST /smuggle2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : xchunked\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n',
    response: ok('x'),
  },
  'bare line feeds and spaces': {
    request: 'GET   /spaces   HTTP/1.1\nHost: h\n\n',
    response: 'HTTP/1.1 200\nContent-Length: 1\n\nx',
  },
  'an unknown version': { request: 'GET /version HTTP/9.9\r\nHost: h\r\n\r\n', response: 'HTTP/0.7 999 what\r\n\r\n' },
  'an empty answer': { request: get('/empty'), response: '' },
  'a broken gzip body': { request: get('/broken-gzip'), response: ok(noise(500), 'Content-Encoding: gzip\r\n') },
  'JSON nested 30,000 deep': {
    request: get('/nested'),
    response: ok(`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'Content-Type: application/json\r\n'),
  },
  'JSON in one line of 300 kB': {
    request: get('/one-line'),
    response: ok(
      JSON.stringify(Array.from({ length: 9000 }, (_, id) => ({ id, name: `item ${id}`, ok: true }))),
      'Content-Type: application/json\r\n',
    ),
  },
  'text in one line of 60 kB': {
    request: get('/long-text'),
    response: ok('word '.repeat(12_000), 'Content-Type: text/plain\r\n'),
  },
};

describe('hostile input', () => {
  let work: string;
  let cgroup: TestCgroup;
  let agent: ChildProcess;
  let address: string;
  let terminal: PersonAtTerminal;
  const names = Object.keys(shapes);

  /** Carries exchanges out inside the watched cgroup. */
  async function exchange(list: readonly RawExchange[]): Promise<void> {
    const file = join(work, `exchanges-${Math.trunc(performance.now())}.json`);
    const base64 = (data: string | Buffer) => Buffer.from(data as string, 'latin1').toString('base64');
    writeFileSync(
      file,
      JSON.stringify(list.map(({ request, response }) => ({ request: base64(request), response: base64(response) }))),
    );
    const child = cgroup.spawnIn('peers', process.execPath, ['test/peers/raw-exchanges.mjs', file], {
      stdio: 'inherit',
    });
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  }

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [kelpieCli, ...args], { encoding: 'utf8', timeout: 20_000, maxBuffer: 1 << 28 });
  const rowsOf = (...filter: string[]): Record<string, unknown>[] =>
    run('get', 'http', '--agents', address, '--once', '-o', 'jsonl', ...filter)
      .stdout.split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  before(async () => {
    work = mkdtempSync(join(tmpdir(), 'kelpie-hostile-'));
    cgroup = makeCgroup('hostile');
    const port = await freePort();
    address = `127.0.0.1:${port}`;
    agent = spawn(process.execPath, [kelpieCli, 'agent', '--listen', address, '--cgroup', cgroup.path], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    terminal = openKelpie(['-c', 'http', '--agents', address, '--refresh', '250ms'], { columns: 100, rows: 30 });
    await terminal.waitFor(/1\/1 up/);
    // Each shape between two requests that must not suffer from it.
    const list = names.flatMap((name, i) => [
      shapes[name] ?? { request: '', response: '' },
      { request: get(`/good-${i}`), response: ok(`good ${i}`, 'Content-Type: text/plain\r\n') },
    ]);
    await exchange(list);
    const last = `/good-${names.length - 1}`;
    await until('the last row', () => rowsOf('--filter', `path=${last}`).length === 2, 20_000);
  });
  after(async () => {
    terminal?.press('\x03');
    await terminal?.exited;
    agent?.kill('SIGTERM');
    if (agent && agent.exitCode === null) await once(agent, 'exit');
    await cgroup?.remove();
    rmSync(work, { recursive: true, force: true });
  });

  test('harms no other connection: every good exchange has its two whole rows', () => {
    const rows = rowsOf('--filter', 'path~^/good-');
    for (const [i, name] of names.entries()) {
      const mine = rows.filter((row) => row.req_path === `/good-${i}`);
      assert.equal(mine.length, 2, `after ${name}`);
      for (const row of mine) {
        assert.equal(row.outcome, 'ok', `after ${name}`);
        assert.equal(row.resp_body, `good ${i}`, `after ${name}`);
      }
    }
  });

  test('is told where something was wrong', () => {
    const rows = rowsOf();
    const about = (path: string) => rows.filter((row) => String(row.req_path).startsWith(path));
    for (const path of ['/chunk-overflow', '/chunk-negative', '/negative', '/huge', '/two'])
      assert.ok(
        about(path).length > 0 && about(path).every((row) => row.error !== null || row.outcome !== 'ok'),
        `${path}: ${JSON.stringify(about(path).map(({ outcome, error }) => ({ outcome, error })))}`,
      );
    for (const path of ['/long-header', '/many-headers', '/nested', '/one-line', '/poison-path', '/poison-header'])
      assert.ok(about(path).length > 0, `a row for ${path}`);
    // What a server that goes by Transfer-Encoding sees (RFC 9112 §6.3): the request that was slipped in is a row of its own.
    assert.ok(about('/smuggled').length > 0);
    for (const row of about('/empty')) assert.equal(row.outcome, 'unanswered');
  });

  test('nothing raw reaches the terminal from the table, and its lines line up', async () => {
    for (const keys of ['g', 'G', 'w', '!', '!', 'w', 'M', 'P', 'T']) {
      terminal.press(keys);
      await new Promise((resolve) => setTimeout(resolve, 120));
      assertWhole(terminal);
    }
    assertHarmless(terminal.output());
  });

  test('nothing raw reaches the terminal from one exchange, whichever', async () => {
    let seen = false;
    for (const path of [
      'poison-path',
      'poison-header',
      'poison-reason',
      'poison-body',
      'poison-json',
      'poison-type',
      'poison-host',
      'many-headers',
      'long-header',
      'broken-gzip',
      'random',
    ]) {
      await open(terminal, path);
      for (const key of ['b', 'h', 'd', 't', 'w', ' ', ' ', 'G', 'w', '\x1b[C', 'g']) {
        terminal.press(key);
        await new Promise((resolve) => setTimeout(resolve, 40));
        seen ||= terminal.screen().some((line) => line.includes('␛]52;c;'));
        assertWhole(terminal);
      }
      terminal.press('q');
      await terminal.waitFor(/http\(/);
    }
    assertHarmless(terminal.output());
    assert.ok(seen, 'it was there to be seen, as text');
    assert.deepEqual(titleOf(terminal), '');
  });

  test('nothing raw reaches a terminal from `get`, in any format', async () => {
    for (const format of ['table', 'wide', 'json', 'jsonl', 'csv']) {
      const reader = openKelpie(['get', 'http', '--agents', address, '--once', '-o', format, '--filter', '!good'], {
        columns: 120,
      });
      assert.equal(await reader.exited, 0, format);
      assert.ok(reader.written() > 1000, format);
      assertHarmless(reader.output(), format);
    }
  });

  /** CPU time of both processes: that of the machine is shared with whatever else runs on it. */
  const cpuMs = () => processCpuMs(agent.pid ?? 0) + processCpuMs(terminal.pid);

  test('a body that unpacks to hundreds of megabytes costs neither time nor memory', async () => {
    const brotli = await packedZeros(256);
    const bombs = {
      'bomb-gzip': ok(gzipSync(Buffer.alloc(48 << 20)), 'Content-Type: text/plain\r\nContent-Encoding: gzip\r\n'),
      'bomb-br': ok(brotli, 'Content-Type: text/plain\r\nContent-Encoding: br\r\n'),
      'bomb-twice': ok(
        gzipSync(gzipSync(Buffer.alloc(128 << 20))),
        'Content-Type: application/json\r\nContent-Encoding: gzip, gzip\r\n',
      ),
    };
    await exchange(Object.entries(bombs).map(([path, response]) => ({ request: get(`/${path}`), response })));
    for (const path of Object.keys(bombs)) {
      const before = cpuMs();
      await open(terminal, path);
      terminal.press('b');
      await terminal.waitFor(/Response body [\d,]+ bytes/);
      assert.ok(cpuMs() - before < 4000, `${path} took ${Math.round(cpuMs() - before)} ms of CPU time`);
      assertWhole(terminal);
      terminal.press('q');
      await terminal.waitFor(/http\(/);
    }
    assert.ok(residentBytes(agent.pid ?? 0) < 600e6, `agent: ${residentBytes(agent.pid ?? 0)}`);
    assert.ok(residentBytes(terminal.pid) < 600e6, `terminal: ${residentBytes(terminal.pid)}`);
  });

  test('nested JSON, one line of JSON, one line of text: open at once and scroll', async () => {
    for (const path of ['nested', 'one-line', 'long-text']) {
      const before = cpuMs();
      await open(terminal, path);
      terminal.press('b');
      await terminal.waitFor(/Response body [\d,]+ bytes/);
      for (const key of ['G', 'g', 'w', 'G', 'w', 'b', '  ', 'jjj']) {
        terminal.press(key);
        await new Promise((resolve) => setTimeout(resolve, 40));
        assertWhole(terminal);
      }
      terminal.press('q');
      await terminal.waitFor(/http\(/);
      assert.ok(cpuMs() - before < 5000, `${path} took ${Math.round(cpuMs() - before)} ms of CPU time`);
    }
  });

  test('real TLS on a watched port is left alone', async () => {
    const [key, certificate] = [join(work, 'key.pem'), join(work, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        '/CN=localhost',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        certificate,
      ],
      { stdio: 'ignore' },
    );
    const port = await freePort();
    const server = cgroup.spawnIn(
      'tls',
      'openssl',
      ['s_server', '-accept', `127.0.0.1:${port}`, '-key', key, '-cert', certificate, '-www', '-quiet'],
      { stdio: 'ignore' },
    );
    const client = () =>
      new Promise<number | null>((resolve) => {
        const child = cgroup.spawnIn(
          'tls-client',
          'curl',
          ['-sk', '--max-time', '3', '-o', '/dev/null', `https://127.0.0.1:${port}/secret`],
          { stdio: 'ignore' },
        );
        child.on('exit', resolve);
      });
    let code: number | null = 7;
    for (let i = 0; i < 40 && code !== 0; i += 1) code = await client();
    assert.equal(code, 0);
    server.kill();
    await exchange([{ request: get('/after-tls'), response: ok('fine') }]);
    await until('the row after', () => rowsOf('--filter', 'path=/after-tls').length === 2, 10_000);
    assert.equal(rowsOf('--filter', 'secret').length, 0);
    assert.equal(agent.exitCode, null);
  });

  test('losses are counted where the person sees them', async () => {
    terminal.press(`:agents${enter}${enter}`);
    const page = (await terminal.waitFor(/parse-error/)).join('\n');
    assert.match(page, /parse-error +[1-9]/);
    assertWhole(terminal);
    terminal.press(`:http${enter}`);
    await terminal.waitFor(/http\(/);
  });
});

/** Filters for a path and opens one of its rows. */
async function open(terminal: PersonAtTerminal, path: string): Promise<void> {
  terminal.press('u');
  await terminal.waitFor(/http\(all\)/);
  terminal.press(`/path~^/${path}${enter}`);
  await terminal.waitFor(`</path~^/${path}>`);
  await terminal.waitFor((screen) => shownRows(screen).length > 0);
  terminal.press(enter);
  await terminal.waitFor(/Request headers \d+|Request headers/);
  await terminal.waitFor((screen) => !screen.some((line) => line.includes('loading …')));
}

/** Whatever came from the network is text here: valid UTF-8, no command of ours to the terminal, nothing that turns or hides text. */
function assertHarmless(output: string, where = ''): void {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(output, 'latin1'));
  for (const command of commands) assert.ok(!text.includes(command), `${JSON.stringify(command)} ${where}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  const raw = /[\x00-\x06\x07\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u061c\u200b\ufeff]/.exec(
    text,
  );
  assert.equal(raw && `${JSON.stringify(text.slice(Math.max(0, raw.index - 60), raw.index + 20))} ${where}`, null);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape character begins what is looked at
  for (const [, sequence = ''] of text.matchAll(/\x1b(.{0,60})/gs))
    assert.match(sequence, /^\[[?<=>]?[\d;:]*[ !"$']?[@A-Za-z]/, `only control sequences of our own ${where}`);
}

/** What the program made of the window title. */
function titleOf(terminal: PersonAtTerminal): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is a control sequence that is looked for
  return Array.from(terminal.output().matchAll(/\x1b\][012];([^\x07\x1b]*)/g), ([, title = '']) => title).join();
}

/** So many MiB of zeros, brotli-coded: a few hundred bytes. */
async function packedZeros(mebibytes: number): Promise<Buffer> {
  const packer = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  const parts: Buffer[] = [];
  packer.on('data', (data) => parts.push(data));
  const zeros = Buffer.alloc(1 << 20);
  for (let i = 0; i < mebibytes; i += 1) if (!packer.write(zeros)) await once(packer, 'drain');
  packer.end();
  await once(packer, 'end');
  return Buffer.concat(parts);
}

describe('wrong files and flags', () => {
  let work: string;
  before(() => {
    work = mkdtempSync(join(tmpdir(), 'kelpie-wrong-'));
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [kelpieCli, ...args], { encoding: 'utf8', timeout: 20_000, maxBuffer: 1 << 28 });

  test('a recording that is cut, foreign, empty, a folder, or not there', async () => {
    const whole = join(work, 'whole.kelpie');
    const made = run('record', whole, '--demo', '--duration', '2s', '-q');
    assert.equal(made.status, 0, made.stderr);
    const bytesOfWhole = execFileSync('cat', [whole], { maxBuffer: 1 << 28 });
    const all = run('get', 'http', '--replay', whole, '-o', 'jsonl');
    assert.equal(all.status, 0);
    const rowCount = all.stdout.trim().split('\n').length;

    const cut = join(work, 'cut.kelpie');
    writeFileSync(cut, bytesOfWhole.subarray(0, Math.floor(bytesOfWhole.length * 0.6)));
    const part = run('get', 'http', '--replay', cut, '-o', 'jsonl');
    const partRows = part.stdout.trim().split('\n').length;
    assert.ok(
      partRows > 0 && partRows < rowCount,
      `what is before the cut is shown: ${partRows} of ${rowCount}; ${part.stderr}`,
    );
    assert.match(part.stderr, /lost: .*recording-cut/);

    const foreign = join(work, 'foreign.kelpie');
    writeFileSync(foreign, noise(5000));
    const empty = join(work, 'empty.kelpie');
    writeFileSync(empty, '');
    const folder = join(work, 'folder');
    mkdirSync(folder);
    for (const file of [foreign, empty, folder, join(work, 'nowhere.kelpie')]) {
      const { status, stderr, stdout } = run('get', 'http', '--replay', file);
      assert.ok([1, 2, 3].includes(status ?? -1), `${file}: exit ${status}`);
      assert.ok(stderr.includes(file), `${file} is named: ${stderr}`);
      assert.doesNotMatch(stderr, /\n\s+at |internal|bug in Kelpie/i);
      assert.equal(stdout, '');
      const screen = openKelpie(['replay', file]);
      assert.notEqual(await screen.exited, 0, file);
      assertRestored(screen);
    }
  });

  test('a wrong --filter: exit 2, and the mark is under the word', () => {
    const { status, stderr } = run('get', 'http', '--demo', '--filter', 'kuard statu>=500');
    assert.equal(status, 2);
    const lines = stderr.split('\n');
    const typed = lines.findIndex((line) => line.includes('kuard statu>=500'));
    assert.ok(typed >= 0, stderr);
    assert.equal(lines[typed + 1]?.indexOf('^'), lines[typed]?.indexOf('statu'), stderr);
    assert.match(stderr, /status/);
  });

  test('a reader that has enough: quiet, and nothing left', () => {
    const shell = `${process.execPath} ${kelpieCli} get http --demo --follow -o jsonl -q | head -1; echo "\${PIPESTATUS[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', shell], { encoding: 'utf8', timeout: 20_000 });
    assert.equal(stderr, '');
    const [row = '', codes] = stdout.trim().split('\n');
    assert.ok('req_path' in JSON.parse(row));
    assert.match(codes ?? '', /^(0|141) 0$/);
  });

  test('esc typed twice and a paste of garbage do no harm', async () => {
    const terminal = openKelpie(['demo', '-c', 'http', '--refresh', '250ms']);
    await terminal.waitFor((screen) => shownRows(screen).length > 3);
    terminal.press(`${esc}${esc}${esc}[200~${noise(400).toString('latin1').replaceAll(esc, '')}${esc}[201~`);
    terminal.press(`/${esc}[200~kuard\nrm -rf${esc}[201~`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    terminal.press(`\x15kuard${enter}`);
    await terminal.waitFor('</kuard>');
    assertWhole(terminal);
    terminal.press('\x03');
    assert.equal(await terminal.exited, 0);
  });
});
