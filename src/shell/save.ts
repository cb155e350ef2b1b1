/** The rows on the screen as the text of a file, named after what they are and when. */
import { csvHeader, csvRow, jsonDocument, jsonLine } from '../domain/output/index.ts';
import type { Saving } from '../views/view.ts';
import type { SaveForm } from './command-kinds.ts';

/** File name and content. `now` is Unix ms; the name tells it in the reader's own time zone. */
export function fileOf(saving: Saving, form: SaveForm, now: number): { readonly name: string; readonly text: string } {
  const local = new Date(now - new Date(now).getTimezoneOffset() * 60_000).toISOString();
  const stamp = `${local.slice(0, 10)}-${local.slice(11, 19).replaceAll(':', '')}`;
  return { name: `kelpie-${saving.table.id.replace(/\W/g, '-')}-${stamp}.${form}`, text: textOf(saving, form) };
}

function textOf({ table, rows, payload = false }: Saving, form: SaveForm): string {
  if (form === 'json') return `${jsonDocument(table, rows)}\n`;
  if (form === 'jsonl') return rows.map((row) => `${jsonLine(table, row)}\n`).join('');
  return csvHeader(table, { payload }) + rows.map((row) => csvRow(table, row, { payload })).join('');
}
