/** The last line: where one is (crumbs) and what just happened (flash). */
import { memo } from 'react';
import { cellWidth, cut } from './cells.ts';
import type { Flash } from './flash.ts';
import { Lines } from './lines.tsx';
import { useUi } from './ui-context.tsx';

export interface FootProps {
  /** Names of the screens on the way here, outermost first. */
  readonly crumbs: readonly string[];
  readonly flash: Flash | undefined;
  readonly width: number;
}

export const Foot = memo(function Foot({ crumbs, flash, width }: FootProps) {
  const { theme, glyphs } = useUi();
  const texts = crumbs.map((crumb) => ` <${crumb}> `);
  const painted = texts.map((text, i) => theme.paint(i === texts.length - 1 ? 'crumbActive' : 'crumb', text)).join(' ');
  const taken = cellWidth(texts.join(' ')) + 1;
  const room = Math.max(0, width - taken - 3);
  const mark = flash
    ? { info: '', warning: `${glyphs.marks.warning} `, error: `${glyphs.marks.error} ` }[flash.level]
    : '';
  const message = flash ? cut(mark + flash.text.replaceAll('\n', ' '), room, 'end', glyphs.ellipsis) : '';
  return <Lines lines={[` ${painted}  ${theme.paint(flash?.level ?? 'info', message)}`]} width={width} height={1} />;
});
