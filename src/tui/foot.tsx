/** The last line: where one is (crumbs) and what just happened (flash). */
import { memo } from 'react';
import { cellWidth, cut } from './cells.ts';
import type { Flash } from './flash.ts';
import { Lines } from './lines.tsx';
import { useUi } from './ui-context.tsx';

export interface FootProps {
  /** Screens on the way here, outermost first, and what each is about where that is not plain from its name. */
  readonly crumbs: readonly { readonly name: string; readonly about?: string | undefined }[];
  /** The screen's title, where there is no frame to have it. */
  readonly title?: string | undefined;
  readonly flash: Flash | undefined;
  readonly width: number;
}

/** Longer ones lose their middle. */
const widestAbout = 32;
/** What a message gets at least, whatever the way here. */
const messageRoom = 30;

export const Foot = memo(function Foot({ crumbs, title = '', flash, width }: FootProps) {
  const { theme, glyphs } = useUi();
  const texts = crumbs.map(({ name, about }) => {
    const more = about && !name.includes(about) ? ` ${cut(about, widestAbout, 'middle', glyphs.ellipsis)}` : '';
    return ` <${name}${more}> `;
  });
  const shown = newest(texts, width - 3 - (flash || title ? messageRoom : 0), ` ${glyphs.ellipsis} `);
  const painted = shown.map((text, i) => theme.paint(i === shown.length - 1 ? 'crumbActive' : 'crumb', text)).join(' ');
  const taken = cellWidth(shown.join(' ')) + 1;
  const room = Math.max(0, width - taken - 3);
  const mark = flash
    ? { info: '', warning: `${glyphs.marks.warning} `, error: `${glyphs.marks.error} ` }[flash.level]
    : '';
  const text = flash ? mark + flash.text.replaceAll('\n', ' ') : title;
  const message = cut(text, room, 'end', glyphs.ellipsis);
  return <Lines lines={[` ${painted}  ${theme.paint(flash?.level ?? 'info', message)}`]} width={width} height={1} />;
});

/** The last of the texts that fit, with a sign for those left out; the very last in any case. */
function newest(texts: readonly string[], width: number, leftOut: string): readonly string[] {
  let room = width;
  let from = texts.length;
  while (from > 0) {
    const cells = cellWidth(texts[from - 1] ?? '') + 1;
    const sign = from > 1 ? cellWidth(leftOut) + 1 : 0;
    if (cells + sign > room && from < texts.length) break;
    room -= cells;
    from -= 1;
  }
  const kept = texts.slice(from);
  const [only = ''] = kept;
  if (from > 0) return [leftOut, ...kept];
  return kept.length === 1 ? [cut(only, Math.max(8, width), 'end')] : kept;
}
