/** A terminal screen as an SVG picture, cell by cell, with the colours and attributes xterm would paint. */
import type { IBufferCell, Terminal } from '@xterm/headless';

/** Of DejaVu Sans Mono at 14 px: rows as high as the font, so that drawn lines meet. */
const cell = { width: 8.43, height: 16.3, baseline: 13 };
const background = '#1d2021';
const foreground = '#d5c4a1';
/** The 16 base colours of the picture (Gruvbox, dark). */
const base = [
  '#3c3836', '#fb4934', '#b8bb26', '#fabd2f', '#83a598', '#d3869b', '#8ec07c', '#d5c4a1',
  '#7c6f64', '#fb4934', '#b8bb26', '#fabd2f', '#83a598', '#d3869b', '#8ec07c', '#fbf1c7',
]; // biome-ignore format: two rows of eight

/** Draws what the terminal shows now, in a window frame with a title. */
export function toSvg(terminal: Terminal, title: string): string {
  const top = 30;
  const width = Math.ceil(terminal.cols * cell.width + 24);
  const height = Math.ceil(terminal.rows * cell.height + top + 14);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    ...['#fb4934', '#fabd2f', '#b8bb26'].map(
      (fill, i) => `<circle cx="${18 + i * 18}" cy="15" r="5.5" fill="${fill}"/>`,
    ),
    `<text x="${width / 2}" y="20" fill="#928374" text-anchor="middle">${escapeXml(title)}</text>`,
    `<g transform="translate(12 ${top})">`,
  ];
  const buffer = terminal.buffer.active;
  for (let y = 0; y < terminal.rows; y += 1) {
    const line = buffer.getLine(buffer.baseY + y);
    if (line) for (const run of runsOf(line, terminal.cols)) parts.push(drawRun(run, y));
  }
  parts.push('</g></svg>', '');
  return parts.join('\n');
}

interface Run {
  readonly x: number;
  text: string;
  cells: number;
  readonly style: string;
  readonly fill: string;
  readonly paper: string | undefined;
}

/** Neighbouring cells of the same look, as one run. */
function runsOf(line: { getCell(x: number): IBufferCell | undefined }, columns: number): Run[] {
  const runs: Run[] = [];
  for (let x = 0; x < columns; x += 1) {
    const here = line.getCell(x);
    if (!here || here.getWidth() === 0) continue;
    const look = lookOf(here);
    const last = runs.at(-1);
    const sameLook = last && last.fill === look.fill && last.paper === look.paper && last.style === look.style;
    if (last && sameLook && last.x + last.cells === x) {
      last.text += here.getChars() || ' ';
      last.cells += here.getWidth();
    } else {
      runs.push({ x, text: here.getChars() || ' ', cells: here.getWidth(), ...look });
    }
  }
  return runs;
}

function lookOf(here: IBufferCell): { fill: string; paper: string | undefined; style: string } {
  const ink = colour(here.isFgDefault(), here.isFgRGB(), here.getFgColor(), foreground);
  const paper = colour(here.isBgDefault(), here.isBgRGB(), here.getBgColor(), background);
  const [fill, back] = here.isInverse() ? [paper, ink] : [ink, paper];
  const style = [
    here.isBold() ? 'font-weight="bold"' : '',
    here.isItalic() ? 'font-style="italic"' : '',
    here.isDim() ? 'opacity="0.6"' : '',
    here.isUnderline() ? 'text-decoration="underline"' : '',
  ];
  return { fill, paper: back === background ? undefined : back, style: style.filter(Boolean).join(' ') };
}

function colour(isDefault: boolean, isRgb: boolean, value: number, fallback: string): string {
  if (isDefault) return fallback;
  if (isRgb) return `#${value.toString(16).padStart(6, '0')}`;
  if (value < 16) return base[value] ?? fallback;
  if (value >= 232) return grey(8 + (value - 232) * 10);
  const level = (n: number) => (n === 0 ? 0 : 55 + n * 40);
  const index = value - 16;
  return `rgb(${level(Math.floor(index / 36))},${level(Math.floor(index / 6) % 6)},${level(index % 6)})`;
}

const grey = (level: number) => `rgb(${level},${level},${level})`;

function drawRun(run: Run, y: number): string {
  const x = (run.x * cell.width).toFixed(1);
  const width = (run.cells * cell.width).toFixed(1);
  const paper = run.paper
    ? `<rect x="${x}" y="${y * cell.height}" width="${width}" height="${cell.height}" fill="${run.paper}"/>`
    : '';
  if (run.text.trim() === '') return paper;
  const baseline = y * cell.height + cell.baseline;
  return `${paper}<text x="${x}" y="${baseline}" fill="${run.fill}" ${run.style} textLength="${width}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${escapeXml(run.text)}</text>`;
}

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
