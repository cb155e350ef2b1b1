/** Content codings removed on demand (RFC 9110 §8.4): as far as the bytes go, and never into more memory than allowed. */
import zlib from 'node:zlib';

/** Most a body may grow to: a few kilobytes of zip bomb would otherwise take the agent's memory. */
export const maxDecoded = 1 << 20;

export interface DecodedBody {
  readonly bytes: Uint8Array;
  /** What a reader should know, e.g. that the bytes are not what Content-Encoding says; undefined when all is well. */
  readonly note: string | undefined;
}

type Decode = (input: Uint8Array, limit: number) => Uint8Array;

const options = (limit: number) => ({ maxOutputLength: limit, finishFlush: zlib.constants.Z_SYNC_FLUSH });

/** Flush instead of finish: a stream that was cut gives what it has instead of an error. */
const decoders: Readonly<Record<string, Decode>> = {
  gzip: (input, limit) => zlib.gunzipSync(input, options(limit)),
  deflate: (input, limit) => {
    // "deflate" is the zlib format (RFC 9110 §8.4.1.2), but some send the raw one.
    const header = (input[0] ?? 0) * 256 + (input[1] ?? 0);
    const isZlib = ((input[0] ?? 0) & 15) === 8 && (input.length < 2 || header % 31 === 0);
    return isZlib ? zlib.inflateSync(input, options(limit)) : zlib.inflateRawSync(input, options(limit));
  },
  br: (input, limit) =>
    zlib.brotliDecompressSync(input, {
      maxOutputLength: limit,
      finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
    }),
  zstd: (input, limit) =>
    zlib.zstdDecompressSync(input, { maxOutputLength: limit, finishFlush: zlib.constants.ZSTD_e_flush }),
};
const aliases: Readonly<Record<string, string>> = { 'x-gzip': 'gzip' };

/**
 * Removes the codings named by Content-Encoding, last applied first. Unknown codings and bytes that are not what they
 * claim are handed back as they came, with a note. Never throws.
 */
export function decodeBody(wire: Uint8Array, contentEncoding: string | undefined, limit = maxDecoded): DecodedBody {
  let bytes = wire;
  let note: string | undefined;
  for (const coding of codingsOf(contentEncoding)) {
    const decode = decoders[coding];
    if (decode === undefined) return { bytes, note: `unknown content coding ${coding.slice(0, 32)}` };
    if (bytes.length === 0) break;
    const decoded = decodeAsFarAsPossible(decode, bytes, limit);
    if (decoded.bytes.length === 0 && decoded.note !== undefined) return { bytes, note: `not valid ${coding}` };
    bytes = decoded.bytes;
    note = decoded.note === undefined ? note : `${coding} ${decoded.note}`;
  }
  return { bytes, note };
}

/** Codings to remove, in that order. */
function codingsOf(contentEncoding: string | undefined): readonly string[] {
  if (contentEncoding === undefined) return [];
  const codings: string[] = [];
  for (const part of contentEncoding.toLowerCase().split(',')) {
    const coding = part.trim();
    if (coding !== '' && coding !== 'identity') codings.push(aliases[coding] ?? coding);
  }
  // More than a few layers is an attack, not a transfer.
  return codings.reverse().slice(0, 4);
}

/**
 * The synchronous zlib calls give all or nothing, so the longest prefix that decodes within the limit is searched for:
 * some seventeen tries for 64 KiB, each bounded by the limit.
 */
function decodeAsFarAsPossible(decode: Decode, input: Uint8Array, limit: number): DecodedBody {
  const whole = attempt(decode, input, limit);
  if (whole instanceof Uint8Array) return { bytes: whole, note: undefined };
  let best: Uint8Array = new Uint8Array(0);
  let low = 0;
  let high = input.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    const decoded = attempt(decode, input.subarray(0, middle), limit);
    if (decoded instanceof Uint8Array) {
      low = middle;
      best = decoded;
    } else high = middle;
  }
  const note = whole === 'too-large' ? `body expands beyond ${limit} bytes; the rest is left out` : 'body is damaged';
  return { bytes: best, note };
}

function attempt(decode: Decode, input: Uint8Array, limit: number): Uint8Array | 'too-large' | 'invalid' {
  try {
    return decode(input, limit);
  } catch (thrown) {
    return (thrown as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'invalid';
  }
}
