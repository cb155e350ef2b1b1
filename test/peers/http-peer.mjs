// An HTTP peer for tests of truth: what a server does is in the request, and each end tells by its own clock what happened.
//   serve HOST PORT   answers by the header x-want: {"status", "ms" to wait, "size" of the body, "end": "reset" | "close" instead of
//                     an answer, "first": asks of others before it, one after the other}
//   ask               each line of standard input is {"asks", "connections", "everyMs"}: all of them are made, over so many connections
//                     at a time, or one begun every so many ms; a line tells what came of them
// An ask is {"to": "http://HOST:PORT", "method", "path", "seq", "want", "size" of the body} or {"to": "tcp://HOST:PORT"}: a connection, 10 bytes there and 20 back.
// A server tells its account on a line for each line of standard input; "quiet" closes the connections it keeps to others before.
import { Agent, createServer, request } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [mode, host, port] = process.argv.slice(2);
const say = (what) => process.stdout.write(`${typeof what === 'string' ? what : JSON.stringify(what)}\n`);
const now = () => performance.timeOrigin + performance.now();

/** What this end did as a client, its open connections, and the bytes of those that are closed. */
const calls = [];
const sockets = new Set();
const connections = [];

function remember(socket, to) {
  if (sockets.has(socket)) return;
  sockets.add(socket);
  socket.once('close', () => {
    sockets.delete(socket);
    connections.push({ to, sent: socket.bytesWritten, received: socket.bytesRead });
  });
}

const callOverTcp = (to) =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(to.replace('tcp:', 'http:'));
    const socket = connect(Number(port), hostname, () => socket.write('ask.......'));
    remember(socket, to);
    let got = 0;
    socket.on('data', (data) => {
      got += data.length;
      if (got >= 20) socket.end();
    });
    socket.on('error', () => {}).once('close', resolve);
  });

const callOverHttp = ({ to, method = 'GET', path, seq, want = {}, size = 0 }, agent) =>
  new Promise((resolve) => {
    const began = now();
    const from = process.hrtime.bigint();
    const done = (status) => {
      const nanos = Number(process.hrtime.bigint() - from);
      calls.push({ to, method, path, seq, status, nanos, began, ended: now(), sent: size, received });
      resolve();
    };
    let received = 0;
    const headers = { 'x-seq': seq, 'x-want': JSON.stringify(want), ...(size > 0 && { 'content-length': size }) };
    request(`${to}${path}`, { method, agent, headers }, (response) => {
      response.on('data', (data) => {
        received += data.length;
      });
      response.on('end', () => done(response.statusCode)).on('error', () => done(null));
    })
      .on('socket', (socket) => remember(socket, to))
      .on('error', () => done(null))
      .end('x'.repeat(size));
  });

const call = (ask, agent) => (ask.to.startsWith('tcp:') ? callOverTcp(ask.to) : callOverHttp(ask, agent));

async function quiet(agent) {
  agent.destroy();
  while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

if (mode === 'serve') {
  const served = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  createServer(async (incoming, response) => {
    const from = process.hrtime.bigint();
    const { status = 200, ms = 0, size = 2, end, first = [] } = JSON.parse(incoming.headers['x-want'] ?? '{}');
    const seq = incoming.headers['x-seq'];
    for await (const _ of incoming);
    for (const [i, ask] of first.entries()) await call({ seq: `${seq}.${i}`, ...ask }, agent);
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    served.push({ seq, nanos: Number(process.hrtime.bigint() - from) });
    if (end === 'reset') incoming.socket.resetAndDestroy();
    else if (end === 'close') incoming.socket.destroy();
    else response.writeHead(status, { 'content-type': 'text/plain', 'content-length': size }).end('y'.repeat(size));
  })
    .on('listening', () => say('ready'))
    // Whoever keeps a connection may do so.
    .listen({ host, port: Number(port) }).keepAliveTimeout = 0;
  for await (const line of createInterface(process.stdin)) {
    if (line === 'quiet') await quiet(agent);
    say({ served, calls, connections });
  }
} else if (mode === 'ask') {
  for await (const line of createInterface(process.stdin)) {
    const { asks, connections: most = 1, everyMs } = JSON.parse(line);
    const agent = new Agent({ keepAlive: true, maxSockets: most });
    if (everyMs === undefined) {
      const left = [...asks];
      const worker = async () => {
        for (let ask = left.shift(); ask; ask = left.shift()) await call(ask, agent);
      };
      await Promise.all(Array.from({ length: most }, worker));
    } else {
      const start = performance.now();
      const begin = async (ask, i) => {
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + i * everyMs - performance.now())));
        await call(ask, agent);
      };
      await Promise.all(asks.map(begin));
    }
    await quiet(agent);
    say({ calls, connections });
    calls.length = 0;
    connections.length = 0;
  }
}
