/** What Ink takes for the terminal: frames go to the painter, everything else (screen and input modes) straight through. */
import { Writable } from 'node:stream';
import type { TtyWriter } from '../tty-writer.ts';
import type { FramePainter } from './frame-painter.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with ESC
const controls = /^(?:\x1b\[[?>=]?[\d;]*[A-Za-ln-z])+$/;
const enterScreen = '\x1b[?1049h';
const leaveScreen = '\x1b[?1049l';

/** Ink in debug mode writes each frame whole, in one piece. */
export class InkOutput extends Writable {
  readonly isTTY = true;
  readonly #tty: TtyWriter;
  readonly #painter: FramePainter;
  readonly #onResize = () => {
    this.#painter.invalidate();
    this.emit('resize');
  };

  constructor(tty: TtyWriter, painter: FramePainter) {
    super({ decodeStrings: false });
    this.#tty = tty;
    this.#painter = painter;
    tty.on('resize', this.#onResize);
  }

  get columns(): number {
    return this.#tty.columns;
  }

  get rows(): number {
    return this.#tty.rows;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    const text = chunk.toString();
    if (controls.test(text)) {
      if (text.includes(leaveScreen)) this.#painter.stop();
      this.#tty.write(text);
      if (text.includes(enterScreen)) this.#painter.start();
    } else if (text !== '') {
      this.#painter.show(text);
    }
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#tty.off('resize', this.#onResize);
    callback(error);
  }
}
