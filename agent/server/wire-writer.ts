/**
 * Protobuf's wire format, written straight into one buffer that is used again (https://protobuf.dev/programming-guides/encoding).
 * The generated code makes an array and an object for each number; rows come by the ten thousand.
 */

/** Wire types. */
const fixed64 = 1;
const lengthDelimited = 2;

/** A length not known in advance takes this many bytes: a varint filled up with empty groups, up to 2^28. */
const lengthBytes = 4;

/** Short texts are mostly ASCII, and written faster one by one than by a call. */
const shortText = 48;

export class WireWriter {
  #bytes = Buffer.allocUnsafeSlow(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  /** Bytes written so far. */
  length = 0;

  /** A copy of all that was written; begins anew. */
  finish(): Buffer {
    const done = Buffer.from(this.#bytes.subarray(0, this.length));
    this.length = 0;
    return done;
  }

  /** Takes back what was written from `length` on. */
  rewind(length: number): void {
    this.length = length;
  }

  /** Begins a nested message or a packed field; `close` ends it. */
  open(field: number): number {
    this.tag(field, lengthDelimited);
    this.#reserve(lengthBytes);
    this.length += lengthBytes;
    return this.length;
  }

  close(opened: number): void {
    let left = this.length - opened;
    for (let at = opened - lengthBytes; at < opened; at++) {
      this.#bytes[at] = (left & 127) | (at === opened - 1 ? 0 : 128);
      left >>>= 7;
    }
  }

  tag(field: number, type: number): void {
    this.varint((field << 3) | type);
  }

  /** An unsigned number below 2^32. */
  varint(value: number): void {
    this.#reserve(5);
    let left = value;
    while (left > 127) {
      this.#bytes[this.length++] = (left & 127) | 128;
      left >>>= 7;
    }
    this.#bytes[this.length++] = left;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** The lower 64 bits. */
  sfixed64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigInt64(this.length, value, true);
    this.length += 8;
  }

  fixed64Field(field: number, value: bigint): void {
    this.tag(field, fixed64);
    this.sfixed64(value);
  }

  bytesField(field: number, value: Uint8Array): void {
    this.tag(field, lengthDelimited);
    this.varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  /** UTF-8; lone surrogates become U+FFFD. */
  textField(field: number, text: string): void {
    this.tag(field, lengthDelimited);
    if (text.length <= shortText && this.#ascii(text)) return;
    const size = Buffer.byteLength(text);
    this.varint(size);
    this.#reserve(size);
    this.length += this.#bytes.write(text, this.length);
  }

  #ascii(text: string): boolean {
    this.#reserve(1 + shortText);
    const bytes = this.#bytes;
    let at = this.length;
    bytes[at++] = text.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      bytes[at++] = code;
    }
    this.length = at;
    return true;
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.length + bytes));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
