/** Header and trailer sections as lists, made only when somebody reads them. */
import type { HeaderList } from '../../../src/domain/column.ts';
import { readable } from '../bytes.ts';

const fold = /\r?\n[ \t]+/g;

/** Field lines in wire order; a line without a colon is a name without a value. Folded lines become one (RFC 9112 §5.2). */
export function fieldsOf(section: string): HeaderList {
  if (section === '') return [];
  const list: (readonly [string, string])[] = [];
  for (const line of section.replace(fold, ' ').split('\n')) {
    const colon = line.indexOf(':');
    const name = readable((colon < 0 ? line : line.slice(0, colon)).trim());
    if (name === '' && colon < 0) continue;
    list.push([name, colon < 0 ? '' : readable(line.slice(colon + 1).trim())]);
  }
  return list;
}
