/**
 * A terminal that never blocks the event loop. Node writes to TTYs synchronously on POSIX: on a slow line one frame can
 * freeze the program for seconds. This stream opens the terminal device anew, non-blocking, and waits its turn instead.
 */
import { closeSync, constants, openSync, write, writeSync } from 'node:fs';
import { Writable } from 'node:stream';

/** Where size and resizes come from: the real `process.stdout`, or a test's stand-in. */
export interface TtySource {
  readonly fd?: number;
  readonly columns: number;
  readonly rows: number;
  getWindowSize?(): [number, number];
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** Bytes go out through this; `done` once the terminal took them all. */
export interface Sink {
  send(bytes: Buffer, done: (error?: Error) => void): void;
  /** What must still get out when the program ends now, e.g. restoring the screen. Gives up after `patienceMs`. */
  sendNow(bytes: Buffer, patienceMs: number): void;
  close(): void;
}

/** How long to wait before asking a full terminal again. */
const retryMs = 4;

/** A writable stream over a terminal as Ink wants it: `isTTY`, size, resize events. All writes of one turn leave as one. */
export class TtyWriter extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  /** Bytes handed to the terminal so far. */
  bytesWritten = 0;
  readonly #sink: Sink;
  readonly #source: TtySource;
  readonly #onResize = () => this.refreshSize();
  #isGathering = false;

  constructor(source: TtySource, sink: Sink) {
    super({ decodeStrings: true, highWaterMark: 1 << 20 });
    this.#source = source;
    this.#sink = sink;
    this.columns = source.columns;
    this.rows = source.rows;
    source.on('resize', this.#onResize);
  }

  /** The terminal has not taken the last frame yet: painting more now would only add delay. */
  get busy(): boolean {
    return this.writableLength > 0;
  }

  /** Reads the size anew and tells listeners when it changed. */
  refreshSize(): void {
    const [columns, rows] = this.#source.getWindowSize?.() ?? [this.#source.columns, this.#source.rows];
    if (columns === this.columns && rows === this.rows) return;
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }

  // Ink writes a frame in three pieces; corking until the end of the turn makes them one.
  override write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    if (!this.#isGathering) {
      this.#isGathering = true;
      this.cork();
      queueMicrotask(() => {
        this.#isGathering = false;
        this.uncork();
      });
    }
    return (super.write as (...parameters: unknown[]) => boolean).call(this, chunk, encoding, callback);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#send(chunk, callback);
  }

  override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.off('resize', this.#onResize);
    this.#sink.close();
    callback(error);
  }

  #send(bytes: Buffer, callback: (error?: Error | null) => void): void {
    if (bytes.length === 0) {
      callback();
      return;
    }
    this.bytesWritten += bytes.length;
    this.#sink.send(bytes, (error) => callback(error ?? null));
  }

  /** Resolves when everything written so far is out, or after `patienceMs`. */
  drained(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      super.write('', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Writes past the queue, at once: only for restoring the terminal when the program ends. */
  writeNow(text: string, patienceMs = 200): void {
    this.#sink.sendNow(Buffer.from(text), patienceMs);
  }
}

/** A writer on the terminal behind `source` (default fd 1), or on the controlling terminal. */
export function createTtyWriter(source: TtySource): TtyWriter {
  return new TtyWriter(source, createDeviceSink(openDevice(source.fd ?? 1)));
}

/** A description of our own, so that making it non-blocking changes nothing for other users of the terminal. */
function openDevice(fd: number): number {
  for (const path of [`/proc/self/fd/${fd}`, `/dev/fd/${fd}`, '/dev/tty']) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    } catch {
      // Not this way; /proc is Linux only, and a terminal may belong to another user after su.
    }
  }
  return fd;
}

function createDeviceSink(fd: number): Sink {
  return {
    send(bytes, done) {
      const sendFrom = (offset: number) => {
        write(fd, bytes, offset, bytes.length - offset, null, (error, written) => {
          if (error && error.code !== 'EAGAIN') return done(error);
          const next = offset + (error ? 0 : written);
          if (next >= bytes.length) return done();
          setTimeout(sendFrom, retryMs, next);
        });
      };
      sendFrom(0);
    },
    sendNow(bytes, patienceMs) {
      const deadline = Date.now() + patienceMs;
      for (let offset = 0; offset < bytes.length && Date.now() < deadline; ) {
        try {
          offset += writeSync(fd, bytes, offset);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
        }
      }
    },
    close() {
      if (fd > 2) closeSync(fd);
    },
  };
}
