/**
 * Header sections seen before. A client says the same of itself with each request, and a busy server answers alike within a second: what
 * is known of a section needs no second look, only the certainty that it is the same one, byte for byte.
 */

/** A longer section is read each time. */
const maxLength = 1024;
/** Sections remembered, by the bytes that are there, so that the same message finds its own. */
const places = 64;
/** A place whose sections differ this often in a row remembers few of them from then on. */
const patience = 8;

/** What is noted of a section; places are counted from its first byte, an end of 0 = there is none. */
export interface SectionFacts {
  blankAt: number;
  end: number;
  hostAt: number;
  hostEnd: number;
  typeAt: number;
  typeEnd: number;
  contentLength: number;
  transferEncoding: boolean;
  chunked: boolean;
  contentEncoding: string | undefined;
  fault: string | undefined;
}

/** A section, lying as it lay in the words it was read from, so that it is compared by fours. */
class Place implements SectionFacts {
  readonly words = new Int32Array(maxLength / 4 + 2);
  readonly bytes = new Uint8Array(this.words.buffer);
  /** Where it begins in `bytes`, below 4, and its length; 0 = nothing is known. */
  from = 0;
  length = 0;
  misses = 0;
  blankAt = 0;
  end = 0;
  hostAt = 0;
  hostEnd = 0;
  typeAt = 0;
  typeEnd = 0;
  contentLength = -1;
  transferEncoding = false;
  chunked = false;
  contentEncoding: string | undefined = undefined;
  fault: string | undefined = undefined;
}

/** Those of one kind of message: requests and responses would take each other's places. */
export class KnownSections {
  readonly #places: (Place | undefined)[] = new Array(places).fill(undefined);
  /** The bytes last looked at, by fours, and where they begin in those. */
  #bytes: Uint8Array | undefined;
  #words: Int32Array = new Int32Array(0);
  #offset = 0;

  /** What is known of the section that begins at `from`, if it is whole before `to`. */
  find(bytes: Uint8Array, from: number, to: number): SectionFacts | undefined {
    const place = this.#places[(to - from) % places];
    if (place === undefined || place.length === 0 || place.length > to - from) return undefined;
    if (this.#isSame(place, bytes, from)) {
      place.misses = 0;
      return place;
    }
    place.misses++;
    return undefined;
  }

  /** Where to note what was read in the section from `from` to `end`; undefined where it is not worth it. */
  note(bytes: Uint8Array, from: number, end: number, to: number): SectionFacts | undefined {
    const length = end - from;
    if (length > maxLength) return undefined;
    const at = (to - from) % places;
    let place = this.#places[at];
    if (place === undefined) {
      place = new Place();
      this.#places[at] = place;
    }
    if (place.misses > patience && place.misses % patience !== 0) return undefined;
    this.#look(bytes);
    place.from = (this.#offset + from) & 3;
    place.length = length;
    for (let i = 0; i < length; i++) place.bytes[place.from + i] = bytes[from + i] ?? 0;
    return place;
  }

  #look(bytes: Uint8Array): void {
    if (bytes === this.#bytes) return;
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
    this.#offset = bytes.byteOffset;
  }

  #isSame(place: Place, bytes: Uint8Array, from: number): boolean {
    this.#look(bytes);
    const { length } = place;
    const known = place.bytes;
    const shift = from - place.from;
    const end = place.from + length;
    let at = place.from;
    if (((this.#offset + from) & 3) === place.from) {
      for (; at < 4 && at < end; at++) if (known[at] !== bytes[shift + at]) return false;
      const { words } = place;
      const theirs = this.#words;
      const ahead = (this.#offset + shift) >> 2;
      for (let word = 1; word < end >> 2; word++) if (words[word] !== theirs[ahead + word]) return false;
      at = Math.max(at, end & ~3);
    }
    for (; at < end; at++) if (known[at] !== bytes[shift + at]) return false;
    return true;
  }
}
