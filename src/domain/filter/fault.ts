/** How the filter's own stages report a mistake to each other; `parseFilter` turns it into a `FilterError`. */

export class FilterFault extends Error {
  readonly at: number;
  readonly length: number;

  constructor(at: number, length: number, reason: string) {
    super(reason);
    this.at = at;
    this.length = length;
  }
}

/** Stops the parse, pointing at `length` characters from `at`. */
export function fault(span: { readonly at: number; readonly end: number }, reason: string): never {
  throw new FilterFault(span.at, span.end - span.at, reason);
}
