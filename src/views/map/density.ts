/** How much a box and a line say, from much to little: the map takes the first that fits the screen. */

export type DensityName = 'rich' | 'plain' | 'narrow';

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
}

export const densities: readonly Density[] = [
  { name: 'rich', lines: 3, least: 26, most: 36, label: 14, spacing: 2 },
  { name: 'plain', lines: 2, least: 24, most: 30, label: 12, spacing: 2 },
  { name: 'narrow', lines: 2, least: 15, most: 18, label: 7, spacing: 1 },
];

/** Rows of its own that arrows may have on a box: a hub with more shares them. */
const mostPorts = 8;

/** Rows of a box that this many calls arrive at. */
export function boxHeight({ lines }: Density, arrivals: number): number {
  return 2 + Math.max(lines, Math.min(arrivals, mostPorts));
}
