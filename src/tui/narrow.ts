/** Characters that take one cell by themselves, known without looking anything up. */

/** Printable ASCII, Latin letters, and the drawn characters the screens use; stand-ins (paint/stand-ins.ts) too. */
export function isNarrow(code: number): boolean {
  return (
    (code >= 0x20 && code <= 0x7e) ||
    (code >= 0xa1 && code <= 0x24f && code !== 0xad) ||
    code === 0x2026 ||
    (code >= 0x2190 && code <= 0x2193) ||
    (code >= 0x2500 && code <= 0x259f) ||
    code === 0x2717 ||
    (code >= 0xe000 && code <= 0xf8ff)
  );
}

/** The same, and symbols that take one cell by the book, which some terminals draw over two: shapes, arrows, braille. */
export function isOneCell(code: number): boolean {
  return (
    isNarrow(code) ||
    (code >= 0x2010 && code <= 0x2027) ||
    (code >= 0x2190 && code <= 0x21ff) ||
    (code >= 0x25a0 && code <= 0x25fc) ||
    (code >= 0x2800 && code <= 0x28ff)
  );
}

/** Whether a text takes as many cells as it has code units. */
export function isAllOneCell(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (!isOneCell(text.charCodeAt(i))) return false;
  return true;
}
