/** How the rows of the terminal are shared out between header, prompt, body and foot. */
import type { Area } from './view.ts';

export interface FrameRequest {
  readonly columns: number;
  readonly rows: number;
  /** The person has not hidden the header. */
  readonly header: boolean;
  readonly prompt: boolean;
  readonly banner: boolean;
  /** The screen wants all there is: no header, no border. */
  readonly full?: boolean;
}

export interface FrameLayout {
  readonly tooSmall: boolean;
  readonly header: 'tall' | 'line';
  readonly headerRows: number;
  /** Prompt and its feedback: boxed where there is room. */
  readonly promptBoxed: boolean;
  readonly promptRows: number;
  readonly bannerRows: number;
  readonly bordered: boolean;
  /** What is left inside the border for the screen. */
  readonly body: Area;
}

const least = { columns: 60, rows: 15 };
/** From here on the header may take six rows, as in k9s. */
const tallFrom = { columns: 100, rows: 30 };
const tallHeaderRows = 6;
/** The line of crumbs and messages. */
const footRows = 1;

export function layOutFrame(request: FrameRequest): FrameLayout {
  const { columns, rows, full = false } = request;
  const isTall = rows >= tallFrom.rows && columns >= tallFrom.columns && request.header;
  const headerRows = full ? 0 : isTall ? tallHeaderRows : 1;
  const border = full ? 0 : 2;
  const promptBoxed = rows >= tallFrom.rows;
  const promptRows = request.prompt ? (promptBoxed ? 4 : 2) : 0;
  const bannerRows = request.banner ? 1 : 0;
  return {
    tooSmall: columns < least.columns || rows < least.rows,
    header: isTall ? 'tall' : 'line',
    headerRows,
    promptBoxed,
    promptRows,
    bannerRows,
    bordered: !full,
    body: {
      width: Math.max(1, columns - border),
      height: Math.max(1, rows - headerRows - promptRows - bannerRows - border - footRows),
    },
  };
}
