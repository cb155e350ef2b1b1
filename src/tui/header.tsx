/** The head of the screen: facts on the left, what can be done in the middle, the name on the right; or all of it in one line. */
import { memo } from 'react';
import type { Hint } from './actions.ts';
import { cellWidth, fit } from './cells.ts';
import { Lines } from './lines.tsx';
import { cropLine, paintLine, plainText, type StyledLine } from './styled-line.ts';
import { type Ui, useUi } from './ui-context.tsx';

export interface Fact {
  readonly label: string;
  readonly value: StyledLine;
}

export interface HeaderProps {
  readonly facts: readonly Fact[];
  /** The same in one line, most important first. */
  readonly brief: StyledLine;
  readonly hints: readonly Hint[];
  readonly logo: readonly string[];
  readonly form: 'tall' | 'line';
  readonly width: number;
  readonly height: number;
}

export const Header = memo(function Header({ facts, brief, hints, logo, form, width, height }: HeaderProps) {
  const ui = useUi();
  const lines =
    form === 'tall' ? tallLines({ facts, hints, logo, width, height, ui }) : [briefLine(brief, hints, width, ui)];
  return <Lines lines={lines} width={width} height={height} />;
});

interface TallHeader {
  readonly facts: readonly Fact[];
  readonly hints: readonly Hint[];
  readonly logo: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly ui: Ui;
}

function tallLines({ facts, hints, logo, width, height, ui }: TallHeader): string[] {
  const { theme } = ui;
  const labelWidth = Math.max(0, ...facts.map(({ label }) => label.length)) + 2;
  const factsWidth = Math.min(46, Math.floor(width / 2));
  const logoWidth = Math.max(0, ...logo.map(cellWidth));
  const menuWidth = width - factsWidth - 2;
  const withLogo = menuWidth - logoWidth - 2 >= 44;
  const menu = menuLines(hints, height, withLogo ? menuWidth - logoWidth - 2 : menuWidth, ui);
  return Array.from({ length: height }, (_, i) => {
    const fact = facts[i];
    const label = theme.paint('label', fit(fact ? `${fact.label}:` : '', labelWidth));
    const value = fact ? cropLine(fact.value, 0, factsWidth - labelWidth - 1) : [];
    const padding = ' '.repeat(Math.max(0, factsWidth - labelWidth - 1 - cellWidth(plainText(value))));
    const tail = withLogo ? theme.paint('logo', fit(logo[i] ?? '', logoWidth)) : '';
    return ` ${label}${paintLine(value, theme)}${padding}  ${menu[i] ?? ''}${tail}`;
  });
}

/** `<key> title` in columns, top to bottom, as many as fit; every line exactly `width` cells. */
function menuLines(hints: readonly Hint[], height: number, width: number, { theme }: Ui): string[] {
  const lines = Array.from({ length: height }, () => '');
  let room = width;
  for (let at = 0; at < hints.length; at += height) {
    const column = hints.slice(at, at + height);
    const keyWidth = Math.max(...column.map(({ key }) => cellWidth(key))) + 2;
    const cells = keyWidth + 1 + Math.max(...column.map(({ title }) => cellWidth(title))) + 2;
    if (cells > room) break;
    room -= cells;
    for (let i = 0; i < height; i += 1) {
      const hint = column[i];
      lines[i] += hint
        ? `${theme.paint('key', fit(`<${hint.key}>`, keyWidth))} ${theme.paint('muted', fit(hint.title, cells - keyWidth - 1))}`
        : ' '.repeat(cells);
    }
  }
  return lines.map((line) => line + ' '.repeat(Math.max(0, room)));
}

/** Cells of ` <?>help ` and a blank before it. */
const helpRoom = 10;

function briefLine(brief: StyledLine, hints: readonly Hint[], width: number, { theme }: Ui): string {
  // The way to everything else is always in sight.
  const reserved = hints.some(({ key }) => key === '?') ? helpRoom : 0;
  const facts = cropLine(brief, 0, width - 1 - reserved);
  let room = width - 2 - cellWidth(plainText(facts));
  const paint = ({ key, title }: Hint) => ` ${theme.paint('key', `<${key}>`)}${theme.paint('muted', title)} `;
  const take = ({ key, title }: Hint) => {
    const cells = key.length + title.length + 4;
    if (cells > room) return false;
    room -= cells;
    return true;
  };
  // The way to all the others comes first and stands last.
  const help = hints.filter(({ key }) => key === '?').filter(take);
  const shown = [...hints.filter(({ key }) => key !== '?').filter(take), ...help].map(paint);
  return ` ${paintLine(facts, theme)}${' '.repeat(Math.max(0, room))}${shown.join('')}`;
}
