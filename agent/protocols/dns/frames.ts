/** Messages out of one direction of a TCP stream: each is led by its length in two bytes (RFC 1035 §4.2.2). */
import { headerBytes, looksLikeDns } from './message.ts';

export interface Frames {
  /** Bytes in order; they are copied where they must be kept. */
  data(bytes: Uint8Array): void;
  /** `length` bytes are missing. */
  gap(length: number): void;
  /** Bytes held. */
  readonly heldBytes: number;
  /** What comes next begins a message. */
  readonly atStart: boolean;
}

const lengthBytes = 2;

/** `onMessage` gets the bytes of each message that were there, and its full size; `onLost` hears of bytes that are none. */
export function createFrames(onMessage: (bytes: Uint8Array, size: number) => void, onLost: () => void): Frames {
  let held: Uint8Array = new Uint8Array(0);
  /** Bytes of the message begun that are missing or were passed over. */
  let skipped = 0;
  /** Where the next message begins is not known. */
  let isLost = false;

  /** Takes every message that ends within what is there. */
  function drain(): void {
    let at = 0;
    while (held.length - at >= lengthBytes) {
      const size = (held[at] ?? 0) * 256 + (held[at + 1] ?? 0);
      const end = at + lengthBytes + size - skipped;
      if (end > held.length) break;
      onMessage(held.subarray(at + lengthBytes, Math.max(at + lengthBytes, end)), size);
      at = Math.max(at + lengthBytes, end);
      skipped = 0;
    }
    held = held.slice(at);
  }

  return {
    data(bytes) {
      if (isLost) {
        if (!beginsMessage(bytes)) {
          onLost();
          return;
        }
        isLost = false;
      }
      // What follows a hole within a message cannot be told from what was before it: it is counted, not read.
      if (skipped > 0) {
        const size = (held[0] ?? 0) * 256 + (held[1] ?? 0);
        const missing = lengthBytes + size - held.length - skipped;
        const passed = Math.min(missing, bytes.length);
        skipped += passed;
        drain();
        if (passed < bytes.length) this.data(bytes.subarray(passed));
        return;
      }
      held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      drain();
    },
    gap(length) {
      if (isLost) return;
      const size = held.length >= lengthBytes ? (held[0] ?? 0) * 256 + (held[1] ?? 0) : -1;
      const missing = lengthBytes + size - held.length - skipped;
      if (size >= 0 && length <= missing) {
        skipped += length;
        drain();
        return;
      }
      if (size >= 0) onMessage(held.subarray(lengthBytes), size);
      held = new Uint8Array(0);
      skipped = 0;
      isLost = true;
    },
    get heldBytes() {
      return held.length;
    },
    get atStart() {
      return held.length === 0 && !isLost;
    },
  };
}

/** Whether bytes are the length of a message and its header; a whole one as a rule, since it is written at once. */
export function beginsMessage(bytes: Uint8Array): boolean {
  const size = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  return bytes.length >= lengthBytes + headerBytes && size >= headerBytes && looksLikeDns(bytes, lengthBytes);
}
