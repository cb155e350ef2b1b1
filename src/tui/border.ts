/** The top and bottom lines of a frame, the title set into the top one. */
import { cellWidth, cut } from './cells.ts';
import { paintLine, plainText, type StyledLine } from './styled-line.ts';
import type { Ui } from './ui-context.tsx';

/** `╭───── http(all)[1,234] ─────╮`, exactly `width` cells; the title is cut before the border is. */
export function topBorder(title: StyledLine, width: number, { theme, glyphs }: Ui): string {
  const [left, right] = glyphs.corner;
  const room = Math.max(0, width - 6);
  const plain = plainText(title);
  const fits = cellWidth(plain) <= room;
  const text =
    plain === ''
      ? ''
      : fits
        ? ` ${paintLine(title, theme)} `
        : ` ${theme.paint('title', cut(plain, room, 'end', glyphs.ellipsis))} `;
  const taken = plain === '' ? 0 : Math.min(cellWidth(plain), room) + 2;
  const rest = Math.max(0, width - 2 - taken);
  const before = Math.floor(rest / 2);
  return (
    theme.paint('border', left + glyphs.horizontal.repeat(before)) +
    text +
    theme.paint('border', glyphs.horizontal.repeat(rest - before) + right)
  );
}

export function bottomBorder(width: number, { theme, glyphs }: Ui): string {
  const [, , left, right] = glyphs.corner;
  return theme.paint('border', left + glyphs.horizontal.repeat(Math.max(0, width - 2)) + right);
}
