/**
 * What runs in a kernel under test, under init.c: the real agent on the whole machine, real clients and servers in pods of their own, and
 * `kelpie get` reading what was seen. With the argument `without-cgroup2`: what the doctor and the agent say where that is missing.
 * Prints `PASS <what>` or `FAIL <reason>`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, Agent as HttpAgent, request } from 'node:http';
import { connect } from 'node:net';
import { release } from 'node:os';
import { createInterface } from 'node:readline';

const cgroups = '/sys/fs/cgroup';
const address = 'unix:/tmp/agent.sock';
const httpPort = 8080;
const dnsPort = 53;
const closedPort = 9;
const exchanges = 20;
const shortConnections = 50;
const bodyBytes = 3_000;
const patienceMs = 180_000;

type Json = Readonly<Record<string, unknown>>;

/** Moves this process into a pod's container, before it makes any socket. */
function enter(pod: string): void {
  const folder = `${cgroups}/pods/test/${pod}/main`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/cgroup.procs`, String(process.pid));
}

const bodyOf = (path: string) => `${path} `.repeat(bodyBytes).slice(0, bodyBytes);

function serve(): void {
  enter('server');
  createServer((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.end(bodyOf(incoming.url ?? '')));
  }).listen(httpPort, '127.0.0.1', () => {
    const dns = createSocket('udp4');
    dns.on('message', (question, { port, address: from }) => dns.send(answerTo(question), port, from));
    dns.bind(dnsPort, '127.0.0.1', () => process.stdout.write('{"ready":true}\n'));
  });
}

/** The question with the response bit set and one A record, 192.0.2.7 (RFC 1035 §4.1). */
function answerTo(question: Buffer): Buffer {
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(1, 6);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
  return Buffer.concat([head, record]);
}

async function call(): Promise<void> {
  enter('client');
  const agent = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < exchanges; i++) await get(`/keep/${i}`, agent);
  agent.destroy();
  for (let i = 0; i < shortConnections; i++) await get(`/short/${i}`, false);
  await new Promise<void>((resolve) => connect(closedPort, '127.0.0.1').once('error', () => resolve()));
  await ask('matrix.kelpie.test');
  process.stdout.write('{"ready":true}\n');
}

function get(path: string, agent: HttpAgent | false): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: httpPort, path, agent, method: 'POST' }, (response) => {
      response.resume();
      response.on('end', resolve);
    })
      .on('error', reject)
      .end(`ask ${path}`);
  });
}

/** One A question over UDP. */
function ask(name: string): Promise<void> {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const head = Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const question = Buffer.concat([head, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.on('message', () => socket.close(() => resolve()));
    socket.send(question, dnsPort, '127.0.0.1');
  });
}

/** A child that has said on a line that it is up. */
async function start(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await firstLine(child);
  if (!line.includes('"ready":true')) throw new Error(`${args.join(' ')}: ${line}`);
  return child;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(`ended with ${code}`));
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve);
  });
}

/**
 * `kelpie get TABLE --follow`: rows as they come, the newest state of each under its key. Asks again where an emulated machine is too slow for
 * the agent to answer in time.
 */
function follow(
  table: string,
  keyOf: (row: Json) => string,
): { readonly rows: ReadonlyMap<string, Json>; readonly up: Promise<void> } {
  const rows = new Map<string, Json>();
  const args = ['/kelpie/kelpie.js', 'get', table, '--agents', address, '--follow', '-o', 'jsonl'];
  const end = Date.now() + patienceMs;
  const up = new Promise<void>((resolve, reject) => {
    const begin = (): void => {
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      createInterface({ input: child.stdout }).on('line', (line) => {
        const row = JSON.parse(line) as Json;
        rows.set(keyOf(row), row);
      });
      let said = '';
      child.once('exit', (code) => {
        if (said.includes('no answer in time') && Date.now() < end) begin();
        else reject(new Error(`get ${table} ended with ${code}: ${said}`));
      });
      child.stderr.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes('following')) resolve();
      });
    };
    begin();
  });
  return { rows, up };
}

async function until(what: () => string | undefined): Promise<void> {
  const end = Date.now() + patienceMs;
  for (let missing = what(); missing !== undefined; missing = what()) {
    if (Date.now() > end) throw new Error(missing);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function test(): Promise<void> {
  const agent = await start([
    '/kelpie/agent.js',
    ...['--source', 'live', '--cgroup', '/', '--pods-below', '/pods', '--listen', address, '--stdin-watch'],
  ]);
  await start(['/kelpie/guest.mjs', 'server']);
  // One after the other: each start takes seconds of an emulated machine.
  const http = follow('http', (row) => `${row.trace_role} ${row.req_path} ${row.conn_id}`);
  await http.up;
  const flows = follow('conn_stats', (row) => String(row.id));
  await flows.up;
  const dns = follow('dns', (row) => `${row.trace_role} ${row.query_name}`);
  await dns.up;
  await start(['/kelpie/guest.mjs', 'client']);

  const total = exchanges + shortConnections;
  const seen = (role: string) =>
    [...http.rows.values()].filter((row) => row.trace_role === role && row.outcome === 'ok');
  await until(() => {
    const counts = `${seen('client').length} and ${seen('server').length} of ${total} exchanges`;
    return seen('client').length === total && seen('server').length === total ? undefined : counts;
  });
  for (const row of http.rows.values()) {
    const path = String(row.req_path);
    const whole =
      row.req_body === `ask ${path}` && row.resp_body === bodyOf(path) && row.pod === `test/${row.trace_role}`;
    if (!whole) throw new Error(`a wrong row: ${JSON.stringify(row)}`);
  }
  const sum = (role: string, column: string) =>
    [...flows.rows.values()]
      .filter((row) => row.trace_role === role && row.transport === 'tcp')
      .reduce((all, row) => all + Number(row[column]), 0);
  await until(() => {
    const opened = [sum('client', 'conn_open'), sum('server', 'conn_open')];
    const told = `${opened.join(' and ')} of ${shortConnections + 1} connections, ${sum('client', 'refused')} refused`;
    return opened.every((count) => count === shortConnections + 1) && sum('client', 'refused') === 1 ? undefined : told;
  });
  await until(() => {
    const answered = [...dns.rows.values()].filter((row) => row.answers === '192.0.2.7');
    return answered.length === 2
      ? undefined
      : `${answered.length} of 2 sides of a DNS question: ${JSON.stringify([...dns.rows.values()])}`;
  });
  agent.stdin?.end();
}

/** What the verifier looked at, by program (programs.c). */
function instructions(): string {
  const { stdout, stderr } = spawnSync('/programs', ['/kelpie/capture.bpf.o'], { encoding: 'utf8' });
  const counts = /INSTRUCTIONS (\{.*\})/.exec(stdout)?.[1];
  if (counts === undefined) throw new Error(`what the verifier looked at: ${stdout}${stderr}`);
  return counts;
}

interface Check {
  readonly status: string;
  readonly found: string;
  readonly remedy?: string;
}

function doctor(id: string): Check & { readonly exitCode: number | null } {
  const { stdout, status } = spawnSync(process.execPath, ['/kelpie/agent.js', 'doctor', '-o', 'json'], {
    encoding: 'utf8',
  });
  const report = JSON.parse(stdout) as { readonly checks: readonly (Check & { readonly id: string })[] };
  const check = report.checks.find((each) => each.id === id);
  if (!check) throw new Error(`the doctor does not tell of ${id}: ${stdout}`);
  return { ...check, exitCode: status };
}

/** The doctor and the agent say that cgroup v2 is missing and what to do, and that is all there is to do. */
function testWithoutCgroup2(): string {
  const check = doctor('cgroup2');
  const directory = /mount -t cgroup2 none (\S+)/.exec(check.remedy ?? '')?.[1];
  if (check.status !== 'fail' || check.exitCode !== 3 || directory === undefined) {
    throw new Error(`the doctor: ${JSON.stringify(check)}`);
  }
  const agent = spawnSync(process.execPath, ['/kelpie/agent.js', '--source', 'live', '--listen', address], {
    encoding: 'utf8',
    timeout: patienceMs,
  });
  if (agent.status !== 3 || !agent.stderr.includes(`mount -t cgroup2 none ${directory}`)) {
    throw new Error(`the agent ended with ${agent.status}: ${agent.stdout}${agent.stderr}`);
  }
  const mounted = spawnSync('/init', ['mount-cgroup2', directory], { encoding: 'utf8' });
  if (mounted.status !== 0) throw new Error(`the remedy does not help: ${mounted.stderr}`);
  const after = [doctor('cgroup2'), doctor('programs')];
  if (after.some(({ status }) => status !== 'ok')) throw new Error(`after the remedy: ${JSON.stringify(after)}`);
  return `without cgroup v2 the doctor says: ${check.found}; what it advises helps`;
}

async function testWithTraffic(): Promise<string> {
  await test();
  const check = doctor('programs');
  if (check.status !== 'ok') throw new Error(`the doctor: ${JSON.stringify(check)}`);
  return `${exchanges + shortConnections} exchanges on both sides, flows and DNS; instructions ${instructions()}`;
}

const [role] = process.argv.slice(2);
if (role === 'server') serve();
else if (role === 'client') await call();
else {
  const began = Date.now();
  const run = async () => (role === 'without-cgroup2' ? testWithoutCgroup2() : await testWithTraffic());
  const result = await run().then(
    (what) => `PASS ${release()} in ${Math.round((Date.now() - began) / 1000)} s: ${what}`,
    (error: Error) => `FAIL ${release()}: ${error.message}`,
  );
  process.stdout.write(`${result}\n`, () => process.exit());
}
