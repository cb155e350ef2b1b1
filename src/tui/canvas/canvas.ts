/**
 * A plane of cells to draw on: lines that join where they meet, boxes, arrow heads, text. Drawn in the plane's own coordinates and
 * seen through a window on it; what falls outside of the window costs next to nothing.
 */
import { cellWidth, takeStart } from '../cells.ts';
import type { Token } from '../theme.ts';
import type { Ui } from '../ui-context.tsx';
import { arm, arrowHead, type Direction, type Stroke, strokeOf, strokeRank, strokeShape } from './strokes.ts';

/** The part of the plane that is seen. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Pen {
  readonly token: Token;
  readonly stroke?: Stroke;
  /** Lines of one net join; those of different nets cross, the one that runs down (or the stronger) over the other. */
  readonly net?: string;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Canvas {
  /** A line between two cells of one row or column, both ends included; it joins what it meets. */
  line(fromX: number, fromY: number, toX: number, toY: number, pen: Pen): void;
  /** A box with an empty inside; what was there before is covered. */
  box(box: Box, pen: Pen): void;
  arrow(x: number, y: number, direction: Direction, token: Token): void;
  /** Text over whatever is there; must hold no control characters. `selected` paints it as the selected one. */
  text(x: number, y: number, text: string, token: Token, selected?: boolean): void;
  /** The painted rows of the window, each exactly as wide as it. */
  rows(ui: Ui): readonly string[];
}

/** Half of a wide character: nothing of its own. */
const covered = '';

/** What runs through a cell in one direction. */
interface Run {
  readonly net: string;
  readonly token: Token;
  readonly rank: number;
}

const everyArm = arm.up | arm.right | arm.down | arm.left;

export function createCanvas(window: Window, ascii: boolean): Canvas {
  const { left, top, width, height } = window;
  const size = Math.max(0, width * height);
  const arms = new Uint8Array(size);
  const strokes = new Uint8Array(size);
  const texts: (string | undefined)[] = new Array(size);
  const tokens: (Token | undefined)[] = new Array(size);
  const picked = new Uint8Array(size);
  const across: (Run | undefined)[] = new Array(size);
  const down: (Run | undefined)[] = new Array(size);

  const seesRow = (y: number) => y >= top && y < top + height;
  const seesColumn = (x: number) => x >= left && x < left + width;
  const at = (x: number, y: number) => (y - top) * width + (x - left);
  const join = (x: number, y: number, bits: number, { token, stroke = 'light', net }: Pen) => {
    if (!seesRow(y) || !seesColumn(x)) return;
    const cell = at(x, y);
    if (net !== undefined) {
      const runs = bits & (arm.left | arm.right) ? across : down;
      runs[cell] = { net, token, rank: strokeRank(stroke) };
    }
    arms[cell] = (arms[cell] ?? 0) | bits;
    strokes[cell] = Math.max(strokes[cell] ?? 0, strokeRank(stroke));
    tokens[cell] = token;
  };
  const put = (x: number, y: number, text: string, token: Token, selected: boolean) => {
    const cell = at(x, y);
    texts[cell] = text;
    tokens[cell] = token;
    picked[cell] = selected ? 1 : 0;
  };
  const clear = ({ x, y, width: cells, height: rows }: Box) => {
    for (let row = Math.max(y, top); row < Math.min(y + rows, top + height); row += 1) {
      for (let column = Math.max(x, left); column < Math.min(x + cells, left + width); column += 1) {
        const cell = at(column, row);
        arms[cell] = 0;
        strokes[cell] = 0;
        texts[cell] = undefined;
        tokens[cell] = undefined;
        picked[cell] = 0;
        across[cell] = undefined;
        down[cell] = undefined;
      }
    }
  };
  /** The line that is on top where two only cross. */
  const over = (cell: number): (Run & { readonly arms: number }) | undefined => {
    const flat = across[cell];
    const steep = down[cell];
    if (arms[cell] !== everyArm || !flat || !steep || flat.net === steep.net) return undefined;
    return flat.rank > steep.rank ? { ...flat, arms: arm.left | arm.right } : { ...steep, arms: arm.up | arm.down };
  };
  const text: Canvas['text'] = (x, y, whole, token, selected = false) => {
    if (!seesRow(y) || x >= left + width) return;
    let column = x;
    for (const character of /^[\x20-\x7e]*$/.test(whole) ? whole : graphemes(whole)) {
      const cells = cellWidth(character);
      if (cells === 0) continue;
      const isWhole = column >= left && column + cells <= left + width;
      for (let i = 0; i < cells; i += 1) {
        if (!seesColumn(column + i)) continue;
        // A wide character that the edge of the window cuts leaves a blank.
        put(column + i, y, isWhole ? (i === 0 ? character : covered) : ' ', token, selected);
      }
      column += cells;
    }
  };
  const line: Canvas['line'] = (fromX, fromY, toX, toY, pen) => {
    const [x1, x2] = fromX <= toX ? [fromX, toX] : [toX, fromX];
    const [y1, y2] = fromY <= toY ? [fromY, toY] : [toY, fromY];
    if (y1 === y2) {
      if (!seesRow(y1)) return;
      for (let x = Math.max(x1, left - 1); x <= Math.min(x2, left + width); x += 1) {
        join(x, y1, (x > x1 ? arm.left : 0) | (x < x2 ? arm.right : 0), pen);
      }
    } else if (seesColumn(x1)) {
      for (let y = Math.max(y1, top - 1); y <= Math.min(y2, top + height); y += 1) {
        join(x1, y, (y > y1 ? arm.up : 0) | (y < y2 ? arm.down : 0), pen);
      }
    }
  };

  return {
    line,
    text,
    box(box, pen) {
      const { x, y, width: cells, height: rows } = box;
      if (x >= left + width || y >= top + height || x + cells <= left || y + rows <= top) return;
      clear(box);
      const right = x + cells - 1;
      const bottom = y + rows - 1;
      line(x, y, right, y, pen);
      line(x, bottom, right, bottom, pen);
      line(x, y, x, bottom, pen);
      line(right, y, right, bottom, pen);
    },
    arrow: (x, y, direction, token) => text(x, y, arrowHead(direction, ascii), token),
    rows({ theme }) {
      return Array.from({ length: height }, (_, row) => {
        let painted = '';
        let run = '';
        let token: Token = 'text';
        let selected = 0;
        const flush = () => {
          if (run !== '') painted += selected ? theme.paintSelected(token, run) : theme.paint(token, run);
          run = '';
        };
        for (let cell = row * width; cell < (row + 1) * width; cell += 1) {
          const own = texts[cell];
          const upper = own === undefined ? over(cell) : undefined;
          const stroke = strokeOf(upper?.rank ?? strokes[cell] ?? 0);
          const shape = own ?? strokeShape(upper?.arms ?? arms[cell] ?? 0, stroke, ascii);
          const look = upper?.token ?? tokens[cell] ?? 'text';
          const pick = picked[cell] ?? 0;
          // A blank has no ink: it joins the run it stands in.
          if ((look !== token || pick !== selected) && !(shape === ' ' && pick === 0 && selected === 0)) {
            flush();
            token = look;
            selected = pick;
          }
          run += shape;
        }
        flush();
        return painted;
      });
    },
  };
}

const segmenter = new Intl.Segmenter();

function* graphemes(text: string): Iterable<string> {
  for (const { segment } of segmenter.segment(text)) yield cellWidth(segment) > 2 ? takeStart(segment, 2) : segment;
}
