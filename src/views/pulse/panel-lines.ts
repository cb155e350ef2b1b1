/** A panel as lines: its title, its rows from the worst, what does not fit as a number. */
import { severityMark, shortenEntity } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { cellWidth, cut, fit } from '../../tui/cells.ts';
import { cropLine, plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import type { Placed } from './layout.ts';
import { type PulseRow, worstOf } from './panel.ts';

/** `chosen`: index of the row under the cursor; -1 = the title; undefined = the cursor is elsewhere. */
export function panelLines(
  { panel, width, height }: Placed,
  chosen: number | undefined,
  ui: Ui,
): readonly StyledLine[] {
  const hidden = panel.rows.length - height;
  const isFocused = chosen !== undefined;
  const top = chosen === undefined ? 0 : Math.max(0, Math.min(chosen - height + 1, hidden));
  const worst = worstOf(panel.rows.map(({ severity }) => severity));
  const token: Token = worst === 'bad' ? 'error' : worst === 'warn' ? 'warning' : 'section';
  const title = `${isFocused ? ui.glyphs.cursor : ' '}${panel.title}`;
  const note = hidden > 0 ? `${panel.note === '' ? '' : `${panel.note}  `}+${hidden}` : panel.note;
  const rule = Math.max(0, width - cellWidth(title) - cellWidth(note) - 3);
  const head: StyledLine = [
    span(title, isFocused ? 'headActive' : token),
    span(' '),
    span(ui.glyphs.horizontal.repeat(rule), 'border'),
    span(note === '' ? '' : ` ${note}`, 'muted'),
  ];
  if (panel.rows.length === 0) {
    return [head, [span(isFocused ? '>' : ' ', 'accent'), span(` ${panel.empty}`, 'muted')]];
  }
  const rows = panel.rows.slice(top, top + height).map((row, i) => rowLine(row, top + i === chosen, width, ui));
  return [head, ...rows];
}

/** Cursor, mark, and a blank on both sides of the name. */
const frame = 4;

function rowLine(row: PulseRow, isChosen: boolean, width: number, ui: Ui): StyledLine {
  const { ascii, ellipsis } = ui.glyphs;
  const token: Token = row.severity === 'bad' ? 'error' : row.severity === 'warn' ? 'warning' : 'text';
  const shortName = row.shortName ?? row.name;
  const [name, figures] = [
    [row.name, row.figures] as const,
    [shortName, row.figures] as const,
    [row.name, row.brief ?? row.figures] as const,
    [shortName, row.brief ?? row.figures] as const,
  ].find(([words, line]) => cellWidth(words) + cellWidth(plainText(line)) + frame <= width) ?? [
    shortName,
    cropLine(row.brief ?? row.figures, 0, Math.max(0, width - 10)),
  ];
  const room = Math.max(4, width - cellWidth(plainText(figures)) - frame);
  // A shorter name is a pod's or a service's: it goes by parts, not by letters.
  const words = row.shortName === undefined || row.opens ? name : shortenEntity(row.name, room, ellipsis);
  const shown = fit(cut(sanitizeLine(words), room, row.opens ? 'end' : 'middle', ellipsis), room);
  return [
    span(isChosen ? '>' : ' ', 'accent'),
    span(severityMark(row.severity, { ascii }), token),
    span(` ${shown} `, isChosen ? 'selected' : token === 'text' ? 'name' : token),
    ...figures,
  ];
}
