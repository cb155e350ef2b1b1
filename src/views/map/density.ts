/** How much a box and a line say, from much to little: the map takes the first that fits the screen. */

export type DensityName = 'rich' | 'tall' | 'plain' | 'lean' | 'slim' | 'stacked' | 'narrow';

export interface Density {
  readonly name: DensityName;
  /** Lines of text in a box. */
  readonly lines: number;
  /** Cells of a box, borders included. */
  readonly least: number;
  readonly most: number;
  /** Room for the label of an edge. */
  readonly label: number;
  readonly spacing: number;
  /** Blanks on both sides of a label. */
  readonly pad: 0 | 1;
}

export const densities: readonly Density[] = [
  { name: 'rich', lines: 3, least: 28, most: 36, label: 16, spacing: 2, pad: 1 },
  { name: 'tall', lines: 3, least: 22, most: 30, label: 14, spacing: 2, pad: 1 },
  { name: 'plain', lines: 2, least: 22, most: 30, label: 14, spacing: 2, pad: 1 },
  { name: 'lean', lines: 2, least: 18, most: 24, label: 12, spacing: 1, pad: 1 },
  { name: 'slim', lines: 2, least: 18, most: 24, label: 9, spacing: 1, pad: 1 },
  { name: 'stacked', lines: 3, least: 14, most: 16, label: 6, spacing: 1, pad: 0 },
  { name: 'narrow', lines: 2, least: 14, most: 16, label: 6, spacing: 1, pad: 0 },
];

/** What a map is drawn in that does not fit a screen so wide. */
export function densityBeyond(width: number): Density {
  if (width >= 160) return densityOf('plain');
  return densityOf(width >= windowWidth ? 'slim' : 'narrow');
}

/** From this width on a map that does not fit is still a map: one looks at it through a window. */
export const windowWidth = 100;

function densityOf(name: DensityName): Density {
  const found = densities.find((each) => each.name === name);
  if (!found) throw new Error(`no density ${name}`);
  return found;
}

/** Rows of its own that arrows may have on a box: a hub with more shares them. */
const mostPorts = 8;

/** Rows of a box that this many calls arrive at. */
export function boxHeight({ lines }: Density, arrivals: number): number {
  return 2 + Math.max(lines, Math.min(arrivals, mostPorts));
}
