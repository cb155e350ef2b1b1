// Stands in for Intl.Segmenter in the terminal's bundle: made when the first text is taken apart with it. Making one costs tens of
// milliseconds (ICU reads its tables), everything under Ink makes one as it is loaded, and most screens never need any.
const { Segmenter } = globalThis.Intl;

export class LazySegmenter {
  #options;
  #made;

  constructor(...options) {
    this.#options = options;
  }

  segment(text) {
    this.#made ??= new Segmenter(...this.#options);
    return this.#made.segment(text);
  }
}
