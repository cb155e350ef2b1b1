/** Box-drawing characters by the arms that meet in a cell (Unicode block U+2500), and what stands for them in plain ASCII. */

/** Arms of a cell, as bits. */
export const arm = { up: 1, right: 2, down: 4, left: 8 } as const;

/** How a line is drawn. Told apart without colour; where lines of two strokes meet, the stronger one shows. */
export type Stroke = 'light' | 'dashed' | 'heavy';

/** By bits: none, up, right, up+right, down, up+down, right+down, … */
const shapes: Readonly<Record<Stroke, string>> = {
  light: ' │─╰││╭├─╯─┴╮┤┬┼',
  dashed: ' ┊┈╰┊┊╭├┈╯┈┴╮┤┬┼',
  heavy: ' ┃━┗┃┃┏┣━┛━┻┓┫┳╋',
};
const asciiShapes: Readonly<Record<Stroke, string>> = {
  light: ' |-+||++-+-+++++',
  dashed: ' :.+::++.+.+++++',
  heavy: ' #=#####=#=#####',
};

const ranks: readonly Stroke[] = ['dashed', 'light', 'heavy'];

/** The character for the arms that meet in a cell; a blank for none. */
export function strokeShape(arms: number, stroke: Stroke, ascii: boolean): string {
  return (ascii ? asciiShapes : shapes)[stroke][arms] ?? ' ';
}

export function strokeRank(stroke: Stroke): number {
  return ranks.indexOf(stroke);
}

export function strokeOf(rank: number): Stroke {
  return ranks[rank] ?? 'light';
}

export type Direction = 'up' | 'right' | 'down' | 'left';

/** Where a line ends in something. */
export function arrowHead(direction: Direction, ascii: boolean): string {
  const heads = ascii ? { up: '^', right: '>', down: 'v', left: '<' } : { up: '▲', right: '▶', down: '▼', left: '◀' };
  return heads[direction];
}
