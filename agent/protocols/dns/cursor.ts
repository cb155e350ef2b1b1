/** Reads a DNS message from its bytes, never beyond them: what is not there makes `failed` true and reads as zero. */

/** Octets of a name on the wire, its final zero included (RFC 1035 §2.3.4). */
const maxName = 255;
/** A compressed name needs one or two. */
const maxPointers = 16;

export class Cursor {
  readonly bytes: Uint8Array;
  at: number;
  failed = false;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  u8(): number {
    const value = this.bytes[this.at];
    if (value === undefined) {
      this.failed = true;
      return 0;
    }
    this.at += 1;
    return value;
  }

  u16(): number {
    const high = this.u8();
    return high * 256 + this.u8();
  }

  u32(): number {
    const high = this.u16();
    return high * 65_536 + this.u16();
  }

  /** The next `length` bytes, in place. */
  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) {
      this.failed = true;
      return new Uint8Array(0);
    }
    const taken = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return taken;
  }

  /**
   * A domain name (RFC 1035 §3.1), compression followed (§4.1.4), without the final dot, in lower case as names are compared
   * (RFC 4343); "." for the root. A pointer may only point before the labels it ends: that there is an end follows.
   */
  name(): string {
    let text = '';
    let at = this.at;
    let limit = this.at;
    let octets = 1;
    let pointers = 0;
    let end: number | undefined;
    for (;;) {
      const length = this.bytes[at];
      if (length === undefined) return this.#fail();
      if (length === 0) {
        this.at = end ?? at + 1;
        return text === '' ? '.' : text;
      }
      if (length >= 0xc0) {
        const low = this.bytes[at + 1];
        const target = (length & 0x3f) * 256 + (low ?? 0);
        if (low === undefined || target >= limit || ++pointers > maxPointers) return this.#fail();
        end ??= at + 2;
        at = target;
        limit = target;
        continue;
      }
      octets += length + 1;
      if (length > 63 || octets > maxName || at + 1 + length > this.bytes.length) return this.#fail();
      text += (text === '' ? '' : '.') + labelText(this.bytes, at + 1, at + 1 + length);
      at += 1 + length;
    }
  }

  #fail(): string {
    this.failed = true;
    return '';
  }
}

/** Bytes as zone files write them (RFC 1035 §5.1): \. and \\, \DDD for what is not printable. */
function labelText(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 65 && byte <= 90) text += String.fromCharCode(byte + 32);
    else if (byte === 46 || byte === 92) text += `\\${String.fromCharCode(byte)}`;
    else text += printable(byte);
  }
  return text;
}

/** A character-string (RFC 1035 §3.3) in quotes. */
export function quoted(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes)
    text += byte === 34 || byte === 92 ? `\\${String.fromCharCode(byte)}` : byte === 32 ? ' ' : printable(byte);
  return `${text}"`;
}

function printable(byte: number): string {
  return byte > 32 && byte < 127 ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`;
}
