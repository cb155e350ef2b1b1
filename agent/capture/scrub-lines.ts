/** Masks the values of header lines in a byte stream that arrives in pieces. */

/** Every byte of every name, lower case; the last byte of a name leads to a node that ends one. */
export interface NameNode {
  readonly next: Map<number, NameNode>;
  ends: boolean;
}

/** Where a stream stands between two pieces. */
export interface LineState {
  /**
   * `skip`: in a line of no interest. `name`: at the start of a line or within what may become a secret's name.
   * `colon`: behind such a name. `value`: in a value to be masked. `fold`: behind the line of one: a blank continues it (RFC 9112 §5.2).
   * `rest`: in a line whose beginning nobody saw: masked, as it may be the rest of a secret.
   */
  mode: 'skip' | 'name' | 'colon' | 'value' | 'fold' | 'rest';
  node: NameNode;
  /** In `value`: nothing but blanks so far; they are kept. */
  leading: boolean;
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const COLON = 58;
const STAR = 42;

export function nameTree(names: readonly string[]): NameNode {
  const root: NameNode = { next: new Map(), ends: false };
  for (const name of names) {
    let node = root;
    for (const byte of Buffer.from(name.toLowerCase())) {
      let next = node.next.get(byte);
      if (!next) {
        next = { next: new Map(), ends: false };
        node.next.set(byte, next);
      }
      node = next;
    }
    if (node !== root) node.ends = true;
  }
  return root;
}

const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte | 32 : byte);
const isBlank = (byte: number): boolean => byte === SPACE || byte === TAB;

/**
 * Masks `bytes` in place and moves `state` on. Lines are read alike in heads and bodies: a body line that reads like one
 * of the headers is masked too, which costs a recording less than a secret behind a boundary that was missed.
 * `masked` is called with each masked run, as offsets in `bytes`.
 */
export function maskLines(
  bytes: Uint8Array,
  state: LineState,
  root: NameNode,
  masked: (from: number, to: number) => void,
): void {
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    switch (state.mode) {
      case 'skip': {
        const end = bytes.indexOf(LF, at);
        if (end < 0) return;
        at = end + 1;
        startLine(state, root);
        break;
      }
      case 'name': {
        const next = state.node.next.get(lower(byte));
        if (next) {
          state.node = next;
          at += 1;
        } else state.mode = state.node.ends ? 'colon' : 'skip';
        break;
      }
      case 'colon':
        if (byte === COLON) {
          state.mode = 'value';
          state.leading = true;
        } else if (!isBlank(byte)) {
          state.mode = 'skip';
          break;
        }
        at += 1;
        break;
      case 'value':
      case 'rest':
        at = maskValue(bytes, at, state, masked);
        state.node = root;
        break;
      case 'fold':
        if (isBlank(byte)) {
          state.mode = 'value';
          state.leading = true;
        } else startLine(state, root);
        break;
    }
  }
}

function startLine(state: LineState, root: NameNode): void {
  state.mode = 'name';
  state.node = root;
}

/** Masks up to the end of the line or of the bytes; line ends and leading blanks stay, so that framing does. */
function maskValue(
  bytes: Uint8Array,
  from: number,
  state: LineState,
  masked: (from: number, to: number) => void,
): number {
  let at = from;
  while (state.leading && at < bytes.length && isBlank(bytes[at] ?? 0)) at += 1;
  if (at < bytes.length) state.leading = false;
  const lineEnd = bytes.indexOf(LF, at);
  const end = lineEnd < 0 ? bytes.length : lineEnd;
  for (let i = at; i < end; i++) if (bytes[i] !== CR) bytes[i] = STAR;
  if (end > at) masked(at, end);
  if (lineEnd < 0) return end;
  // A line whose beginning nobody saw may be a secret's too.
  state.mode = 'fold';
  return lineEnd + 1;
}
