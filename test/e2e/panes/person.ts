/** What a person does at a list: gives a command, waits until the screen answers, reads cells. */
import type { Table } from '../../../src/domain/table.ts';
import type { PersonAtTerminal } from '../../terminal/terminal.ts';
import { readList, type ShownTable, titleOf } from './grid.ts';

export const enter = '\r';
export const esc = '\x1b';

/** Types a command and waits until the screen of that name is there. */
export async function command(terminal: PersonAtTerminal, text: string): Promise<void> {
  terminal.press(`:${text}${enter}`);
  const [name = ''] = text.split(' ');
  await terminal.waitFor((screen) => titleOf(screen).startsWith(`${name}(`));
}

/** The list once it is as it shall be. */
export async function listed(
  terminal: PersonAtTerminal,
  table: Table,
  holds: (list: ShownTable) => boolean,
  ms = 10_000,
): Promise<ShownTable> {
  let found: ShownTable | undefined;
  await terminal.waitFor((screen) => {
    found = readList(screen, table);
    return found !== undefined && holds(found);
  }, ms);
  return found as ShownTable;
}

/** Moves the cursor down from the top to the row that is meant. */
export async function putCursor(
  terminal: PersonAtTerminal,
  table: Table,
  isMeant: (cells: Readonly<Record<string, string>>) => boolean,
): Promise<void> {
  terminal.press('g');
  const list = await listed(terminal, table, ({ cursor, rows }) => cursor === 0 && rows.some(isMeant));
  terminal.press('j'.repeat(list.rows.findIndex(isMeant)));
  await listed(terminal, table, ({ rows, cursor }) => {
    const row = rows[cursor];
    return row !== undefined && isMeant(row);
  });
}

/** Number in the title: `errors(all)[1,234]`, `svc(some)[2 of 5]` give 1234 and 2. */
export function shownCount(screen: readonly string[]): number {
  return Number(/\[([\d,]+)/.exec(titleOf(screen))?.[1]?.replaceAll(',', '') ?? Number.NaN);
}

/** What the list shows, without the header that has a clock and rates in it. */
export function body(screen: readonly string[]): string {
  return screen.slice(screen.findIndex((line) => line.startsWith('╭'))).join('\n');
}
