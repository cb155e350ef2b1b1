// Stands in for string-width in the terminal's bundle: one copy for all that is under Ink, loaded with the first text that needs it.
// Its patterns of emoji cost tens of milliseconds, while what Ink measures here are stand-ins of one character (src/tui/paint/stand-ins.ts).
import { isAllOneCell } from '../src/tui/narrow.ts';

let measure;

// biome-ignore lint/style/noDefaultExport: as the package has it
export default function stringWidth(text, options) {
  if (typeof text === 'string' && isAllOneCell(text)) return text.length;
  measure ??= require('../node_modules/string-width/index.js').default;
  return measure(text, options);
}
