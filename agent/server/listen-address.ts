/** Where an agent listens: a unix socket, or a TCP port of the loopback interface. */
import { chmodSync, existsSync, lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { AppError } from '../../src/domain/errors.ts';

export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Longest path a unix socket may have on Linux: sun_path is 108 bytes with its terminating NUL (unix(7)). */
const maxSocketPath = 107;

/**
 * `unix:PATH` or `HOST:PORT` (IPv6 hosts in brackets). The wire is not encrypted and knows no users, so hosts other than
 * the loopback interface are refused; use a tunnel.
 *
 * @throws AppError `usage`
 */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) return { kind: 'unix', path: socketPath(text.slice(5).replace(/^\/\/(?=\/)/, '')) };
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (!match || host === '' || port > 65_535) {
    throw new AppError('usage', { detail: `"${text}" is no address to listen on. Use unix:/PATH or 127.0.0.1:PORT.` });
  }
  if (!isLoopback(host)) {
    throw new AppError('usage', {
      detail: `An agent shows traffic to whoever can reach it, so it does not listen on ${host}. Use unix:/PATH, 127.0.0.1:${port} or [::1]:${port}, and a tunnel (ssh -L, kubectl port-forward).`,
    });
  }
  return { kind: 'tcp', host, port };
}

/** Of any interface: what is answered there tells nothing of the traffic. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

export const formatHttpAddress = ({ host, port }: HttpAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** @throws AppError `usage` */
export function parseHttpAddress(flag: string, text: string): HttpAddress {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (match && port <= 65_535) return { host, port };
  throw new AppError('usage', { detail: `${flag} takes HOST:PORT, e.g. 0.0.0.0:7789, not "${text}".` });
}

function socketPath(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes > 0 && bytes <= maxSocketPath && !path.includes('\0')) return path;
  throw new AppError('usage', {
    detail:
      bytes === 0
        ? 'unix: needs a path.'
        : `The path of a unix socket has at most ${maxSocketPath} bytes; this one has ${bytes}.`,
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** The address as clients dial it. */
export function formatAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/**
 * Makes room for a socket: removes the file that a killed agent left behind.
 *
 * @throws AppError `port-in-use` when somebody answers on it, or it is no socket; `usage` when there is no such directory
 */
export async function prepareSocket(path: string): Promise<void> {
  // Node.js would call it a lack of permission.
  if (!existsSync(dirname(path))) throw new AppError('usage', { detail: `There is no directory ${dirname(path)}.` });
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket() || (await answers(path))) throw new AppError('port-in-use', { address: `unix:${path}` });
  rmSync(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(true));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

/** Only the owner may connect: what the agent shows is as secret as the traffic. */
export function protectSocket(path: string): void {
  chmodSync(path, 0o600);
}
