/** Small clients and servers that tests start inside a cgroup. */
import { type ChildProcess, execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestCgroup } from '../peers/cgroup.ts';

export interface Finished {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program inside the cgroup to its end. */
export async function runIn(cgroup: TestCgroup, file: string, args: readonly string[]): Promise<Finished> {
  return finished(cgroup.spawnIn('client', file, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

export function finished(child: ChildProcess): Promise<Finished> {
  const out: Buffer[] = [];
  let stderr = '';
  child.stdout?.on('data', (data: Buffer) => out.push(data));
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr }));
  });
}

/** Runs a program of the test's own (ip, bpftool) and gives its output. */
export async function tool(file: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(file, args)).stdout;
}

/**
 * A client that holds one TCP connection: `connected` when it is up, then sends a request for each line on stdin
 * and prints the length of every response.
 */
export const heldConnection = `
const http = require('node:http');
const [host, port] = process.argv.slice(1);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const get = (path, done) => http.get({ host, port, path, agent }, (response) => {
  let length = 0;
  response.on('data', (data) => { length += data.length; });
  response.on('end', () => done(length));
});
get('/first', () => console.log('connected'));
require('node:readline').createInterface({ input: process.stdin }).on('line', (path) => get(path, (length) => console.log(path + ' ' + length)));
`;

/** Likewise, but nothing is said on the connection before the first line. */
export const silentConnection = `
const socket = require('node:net').connect({ host: process.argv[1], port: process.argv[2] }, () => console.log('connected'));
const asked = [];
socket.on('data', (data) => { if (asked.length > 0) console.log(asked.shift() + ' ' + data.length); });
require('node:readline').createInterface({ input: process.stdin }).on('line', (path) => {
  asked.push(path);
  socket.write('GET ' + path + ' HTTP/1.1\\r\\nhost: test\\r\\n\\r\\n');
});
`;

/** Resolves when the child has printed a line that `matches`. */
export function printed(child: ChildProcess, matches: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
      const line = text.split('\n').find((candidate) => matches.test(candidate));
      if (line !== undefined) resolve(line);
    });
    child.on('close', (code) => reject(new Error(`ended with ${code} before it printed ${matches}: ${text}`)));
  });
}
