/** Bytes as xxd prints them: offset, hexadecimal in pairs, ASCII. */

/** Bytes on a line in a given width: 16 take 67 cells, 8 take 39, 4 take 25, 2 take 18. */
export function bytesPerLine(width: number): number {
  if (width >= 67) return 16;
  if (width >= 39) return 8;
  return width >= 25 ? 4 : 2;
}

/** `00000000: 4745 5420 2f20 4854 5450 2f31 2e31 0d0a  GET / HTTP/1.1..` */
export function hexLines(bytes: Uint8Array, perLine: number): string[] {
  const lines: string[] = [];
  const hexWidth = (perLine / 2) * 5 - 1;
  for (let offset = 0; offset < bytes.length; offset += perLine) {
    let hex = '';
    let ascii = '';
    const end = Math.min(offset + perLine, bytes.length);
    for (let at = offset; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      hex += ((at - offset) % 2 === 0 && at > offset ? ' ' : '') + byte.toString(16).padStart(2, '0');
      ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
    }
    lines.push(`${offset.toString(16).padStart(8, '0')}: ${hex.padEnd(hexWidth)}  ${ascii}`);
  }
  return lines;
}
