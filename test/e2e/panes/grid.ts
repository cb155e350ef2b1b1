/** A list on the screen, read cell by cell: headings say where the columns are, the table's declaration which way they lean. */
import { alignOf } from '../../../src/domain/format/index.ts';
import type { Table } from '../../../src/domain/table.ts';

export interface ShownTable {
  /** Column ids on the screen, left to right. */
  readonly columns: readonly string[];
  /** Text of each cell by column id, top to bottom. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** Place of the cursor among the rows; -1 = none. */
  readonly cursor: number;
}

interface Place {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly right: boolean;
}

/** The list in the frame; undefined while there is none of this table. */
export function readList(screen: readonly string[], table: Table): ShownTable | undefined {
  const top = screen.findIndex((line) => line.startsWith('╭'));
  const heading = screen[top + 1];
  if (top < 0 || heading === undefined) return undefined;
  const places = placesOf(heading, table);
  if (places.length === 0) return undefined;
  const body = screen.slice(top + 2);
  const lines = body
    .slice(
      0,
      body.findIndex((line) => line.startsWith('╰')),
    )
    .filter((line) => /^│.{2}\S/.test(line));
  return {
    columns: places.map(({ id }) => id),
    // An arrow behind a figure says that it has changed.
    rows: lines.map((line) => cellsOf(line.replaceAll(/[↑↓]/g, ' '), places)),
    cursor: lines.findIndex((line) => line[1] === '>'),
  };
}

/** Titles stand in the heading in some order of the table's columns, the sorted one with an arrow. */
function placesOf(heading: string, table: Table): readonly Place[] {
  const places = table.columnIds.flatMap((id): Place[] => {
    const spec = table.columns[id];
    if (!spec) return [];
    const title = spec.title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const found = new RegExp(`(?<=[ │])${title}[↑↓]?(?=[ │]|$)`).exec(heading);
    if (!found) return [];
    return [{ id, from: found.index, to: found.index + found[0].length, right: alignOf(spec.type) === 'right' }];
  });
  // "P99" is in "P99 TREND" too: the longer title has the place.
  const longest = places.filter(
    (place) => !places.some((other) => other !== place && other.from <= place.from && other.to > place.to),
  );
  return longest.toSorted((a, b) => a.from - b.from);
}

function cellsOf(line: string, places: readonly Place[]): Readonly<Record<string, string>> {
  const cells: Record<string, string> = {};
  let end = line.endsWith('│') ? line.length - 1 : line.length;
  for (const place of places.toReversed()) {
    const room = place.right ? line.slice(0, place.to) : line.slice(0, end);
    const from = place.right ? room.trimEnd().lastIndexOf(' ') + 1 : place.from;
    cells[place.id] = room.slice(from).trim();
    end = Math.min(from, place.from);
  }
  return cells;
}

/** The frame's title: `svc(all)[5] last 1m`. */
export function titleOf(screen: readonly string[]): string {
  const line = screen.find((each) => each.startsWith('╭')) ?? '';
  return line.replaceAll(/[╭╮─]/g, '').trim();
}
