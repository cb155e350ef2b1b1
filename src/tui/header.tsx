/** The head of the screen: facts on the left, what can be done in the middle, the name on the right; or all of it in one line. */
import { memo } from 'react';
import type { Hint } from './actions.ts';
import { cellWidth, fit } from './cells.ts';
import { Lines } from './lines.tsx';
import { cropLine, paintLine, plainText, type StyledLine } from './styled-line.ts';
import type { Theme } from './theme.ts';
import { type Ui, useUi } from './ui-context.tsx';

export interface Fact {
  readonly label: string;
  readonly value: StyledLine;
}

export interface HeaderProps {
  readonly facts: readonly Fact[];
  /** The same in one line, most important first. */
  readonly brief: StyledLine;
  /** Shown before the hints, those that are on marked. */
  readonly switches?: readonly Hint[];
  readonly hints: readonly Hint[];
  readonly logo: readonly string[];
  readonly form: 'tall' | 'line';
  readonly width: number;
  readonly height: number;
}

export const Header = memo(function Header({
  facts,
  brief,
  switches = [],
  hints,
  logo,
  form,
  width,
  height,
}: HeaderProps) {
  const ui = useUi();
  const lines =
    form === 'tall'
      ? tallLines({ facts, switches, hints, logo, width, height, ui })
      : [briefLine(brief, hints, width, ui)];
  return <Lines lines={lines} width={width} height={height} />;
});

interface TallHeader {
  readonly facts: readonly Fact[];
  readonly switches: readonly Hint[];
  readonly hints: readonly Hint[];
  readonly logo: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly ui: Ui;
}

function tallLines({ facts, switches, hints, logo, width, height, ui }: TallHeader): string[] {
  const { theme } = ui;
  const labelWidth = Math.max(0, ...facts.map(({ label }) => label.length)) + 2;
  const factsWidth = Math.min(46, Math.floor(width / 2));
  const logoWidth = Math.max(0, ...logo.map(cellWidth));
  const menuWidth = width - factsWidth - 2;
  const withLogo = menuWidth - logoWidth - 2 >= 44;
  const menu = menuLines(
    [columnsOf(switches, height), columnsOf(hints, height)].flat(),
    height,
    withLogo ? menuWidth - logoWidth - 2 : menuWidth,
    ui,
  );
  return Array.from({ length: height }, (_, i) => {
    const fact = facts[i];
    const label = theme.paint('label', fit(fact ? `${fact.label}:` : '', labelWidth));
    const value = fact ? cropLine(fact.value, 0, factsWidth - labelWidth - 1) : [];
    const padding = ' '.repeat(Math.max(0, factsWidth - labelWidth - 1 - cellWidth(plainText(value))));
    const tail = withLogo ? theme.paint('logo', fit(logo[i] ?? '', logoWidth)) : '';
    return ` ${label}${paintLine(value, theme)}${padding}  ${menu[i] ?? ''}${tail}`;
  });
}

/** A longer title, a namespace's perhaps, is cut. */
const widestTitle = 24;

/** `<key> title` in columns, top to bottom, as many as fit; every line exactly `width` cells. */
function menuLines(columns: readonly (readonly Hint[])[], height: number, width: number, { theme }: Ui): string[] {
  const lines = Array.from({ length: height }, () => '');
  let room = width;
  for (const column of columns) {
    const keyWidth = Math.max(...column.map(({ key }) => cellWidth(key))) + 2;
    const cells = keyWidth + 1 + Math.max(...column.map(({ title }) => Math.min(widestTitle, cellWidth(title)))) + 2;
    if (cells > room) break;
    room -= cells;
    for (let i = 0; i < height; i += 1) {
      const hint = column[i];
      lines[i] += hint
        ? `${theme.paint('key', fit(`<${hint.key}>`, keyWidth))} ${paintTitle(hint, cells - keyWidth - 1, theme)}`
        : ' '.repeat(cells);
    }
  }
  return lines.map((line) => line + ' '.repeat(Math.max(0, room)));
}

/** As many to a column as there are rows. */
function columnsOf(hints: readonly Hint[], height: number): readonly (readonly Hint[])[] {
  return Array.from({ length: Math.ceil(hints.length / height) }, (_, i) => hints.slice(i * height, (i + 1) * height));
}

/** What is on is marked, not only coloured. */
function paintTitle({ title, on }: Hint, width: number, theme: Theme): string {
  if (!on) return theme.paint('muted', fit(title, width));
  const text = fit(title, Math.min(width, cellWidth(title)));
  return theme.paint('selected', text) + ' '.repeat(Math.max(0, width - cellWidth(text)));
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
