/** `kelpie image save`: the agent's container image in one file, made of this installation without a container engine or a network. */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { agentImage } from '../domain/agent-image.ts';
import { AppError } from '../domain/errors.ts';
import { formatBytes } from '../domain/format/index.ts';
import { bundlePath } from './child-process.ts';
import { imageArchive } from './image/archive.ts';
import { parseImageName } from './image/image-name.ts';
import { createLayer } from './image/layer.ts';
import { createNotes } from './notes.ts';
import { watchSignals } from './signals.ts';

export interface ImageSaveFlags {
  readonly tag?: string;
  readonly quiet?: boolean;
}

/** OCI's names of architectures by Node's. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Writes the archive to the file, or to standard output without one or for "-". The same installation makes the same bytes;
 * SOURCE_DATE_EPOCH is the time of everything in it (default: 1970). Takes some 10 s and 200 MB in TMPDIR.
 *
 * @returns the exit code. @throws AppError `usage`, `output-file`, `image-failed`
 */
export async function runImageSave(file: string | undefined, flags: ImageSaveFlags, version: string): Promise<number> {
  const name = parseImageName(flags.tag ?? agentImage(version), version);
  const target = file === undefined || file === '-' ? undefined : file;
  if (target === undefined && process.stdout.isTTY) {
    throw usage('The image is some 45 MB that no terminal can show. Name a file: kelpie image save kelpie-agent.tar');
  }
  if (target !== undefined) checkTarget(target);
  const architecture = process.platform === 'linux' ? architectures[process.arch] : undefined;
  if (architecture === undefined)
    throw failed('it is made of a Linux installation for x64 or arm64, which this is not.');
  const { progress } = createNotes(flags.quiet ?? false);
  const { signal, release } = watchSignals();
  const folder = mkdtempSync(join(tmpdir(), 'kelpie-image-'));
  try {
    const time = epochOf(process.env.SOURCE_DATE_EPOCH);
    progress(`packing Node ${process.versions.node} and the agent`);
    const root = join(folder, 'root');
    await makeRoot(root, signal);
    const layer = await createLayer(root, time, signal);
    const pieces = imageArchive({ name, architecture, version, layer, time });
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    await write(pieces, target, signal);
    progress(`wrote ${name.short} for ${architecture}, ${formatBytes(bytes)}B${target ? `, to ${target}` : ''}`);
    return 0;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    release();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The root file system, by the script that the Dockerfile runs; the capabilities are put into the archive, which takes no root. */
async function makeRoot(root: string, signal: AbortSignal): Promise<void> {
  const dist = dirname(bundlePath('agent.js'));
  const script = join(dist, '../deploy/image/rootfs.sh');
  if (!existsSync(script)) throw failed(`${script} is not there; install Kelpie anew.`);
  const child = spawn('sh', [script, '--without-capabilities', dist, root], {
    env: { ...process.env, NODE: process.execPath },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const code = await new Promise<number | string | null>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (status, how) => resolve(status ?? how));
  });
  signal.throwIfAborted();
  if (code !== 0) throw failed(said.trim().replace(/^rootfs: /gm, '') || `${script} ended with ${code}`);
}

/** @throws AppError `output-file` */
async function write(pieces: readonly Buffer[], target: string | undefined, signal: AbortSignal): Promise<void> {
  const to = async (output: Writable) => await pipeline(Readable.from(pieces), output, { signal });
  // A pipe or a device is written to as it is; a file is there whole or not at all.
  const isFile = target !== undefined && (statSync(target, { throwIfNoEntry: false })?.isFile() ?? true);
  const part = isFile ? `${target}.part-${process.pid}` : undefined;
  try {
    await to(target === undefined ? process.stdout : createWriteStream(part ?? target));
    if (part !== undefined && target !== undefined) renameSync(part, target);
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EPIPE' ? 'whoever reads it went away' : message;
    throw new AppError('output-file', { file: target ?? 'standard output', reason }, { cause: error });
  } finally {
    if (part !== undefined) rmSync(part, { force: true });
  }
}

/** Before the work is done rather than after. @throws AppError `output-file` */
function checkTarget(file: string): void {
  const refuse = (reason: string) => new AppError('output-file', { file, reason });
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw refuse('it is a directory');
  if (!existsSync(dirname(file))) throw refuse('its directory does not exist');
}

/** https://reproducible-builds.org/specs/source-date-epoch: seconds since 1970. @throws AppError `usage` */
function epochOf(text = '0'): number {
  const seconds = Number(text);
  if (/^\d{1,10}$/.test(text)) return seconds;
  throw usage(`SOURCE_DATE_EPOCH is a number of seconds since 1970, not "${text}".`);
}

const usage = (detail: string) => new AppError('usage', { detail });
const failed = (reason: string) => new AppError('image-failed', { reason });
