/** Keeps what is on the screen and writes the fewest bytes that turn it into the next frame. On a slow line frames in between are left out. */
import { composeFrame, type FrameRow } from './frame.ts';
import { blankRow, type RowChange, rowChange } from './row-diff.ts';
import { runsByLook } from './runs.ts';
import { findShift, shifted, shiftSequence } from './shift.ts';
import type { StandIns } from './stand-ins.ts';

/** The terminal below; `TtyWriter` is one. */
export interface PaintTarget {
  readonly columns: number;
  readonly rows: number;
  /** It has not taken the last bytes yet. */
  readonly busy: boolean;
  write(bytes: string): unknown;
  drained(patienceMs: number): Promise<void>;
}

export interface FramePainter {
  /** Takes a frame; it is on its way now, or once the terminal took what is before it, unless a newer one comes first. */
  show(frame: string): void;
  /** Nothing is known any more of what is on the screen: the next frame is painted whole. */
  invalidate(): void;
  /** Paints the last frame whole. */
  repaint(): void;
  /** No frame is written from now on (the screen belongs to somebody else) until `start`. */
  stop(): void;
  start(): void;
  /** Resolves when the last frame shown has been written. */
  idle(): Promise<void>;
}

/** DEC private mode 2026: the terminal shows all of a frame or nothing of it. */
const begin = '\x1b[?2026h';
const end = '\x1b[?2026l';
const hideCursor = '\x1b[?25l';
/** A terminal that takes nothing for this long is given the newest frame all the same when it wakes up. */
const patienceMs = 60_000;

export function createFramePainter(target: PaintTarget, standIns: StandIns): FramePainter {
  let painted: readonly FrameRow[] | undefined;
  let paintedColumns = 0;
  let latest: readonly FrameRow[] | undefined;
  let isStopped = false;
  let waiting: Promise<void> | undefined;

  const paint = () => {
    if (!latest || isStopped) return;
    const { columns } = target;
    const known = painted?.length === latest.length && paintedColumns === columns ? painted : undefined;
    const bytes = frameBytes(known, latest, columns);
    painted = latest;
    paintedColumns = columns;
    if (bytes !== '') target.write(`${begin}${known ? '' : hideCursor}${bytes}${end}`);
  };
  const paintWhenReady = () => {
    if (waiting) return;
    if (!target.busy) return paint();
    waiting = target.drained(patienceMs).then(() => {
      waiting = undefined;
      paintWhenReady();
    });
  };

  return {
    show(frame) {
      latest = composeFrame(frame, target.rows, standIns);
      paintWhenReady();
    },
    invalidate() {
      painted = undefined;
    },
    repaint() {
      painted = undefined;
      paintWhenReady();
    },
    stop() {
      isStopped = true;
    },
    start() {
      isStopped = false;
      painted = undefined;
    },
    async idle() {
      while (waiting) await waiting;
    },
  };
}

/** The rows that changed; where a block of rows moved, moved by the terminal if that takes fewer bytes. */
function frameBytes(before: readonly FrameRow[] | undefined, after: readonly FrameRow[], columns: number): string {
  const inPlace = rowsBytes(before ?? [], after, columns);
  const shift =
    before && inPlace !== ''
      ? findShift(
          before.map(({ key }) => key),
          after.map(({ key }) => key),
        )
      : undefined;
  if (!before || !shift) return inPlace;
  const moved = shiftSequence(shift) + rowsBytes(shifted<FrameRow>(before, shift, blank), after, columns);
  return Buffer.byteLength(moved) < Buffer.byteLength(inPlace) ? moved : inPlace;
}

function rowsBytes(known: readonly FrameRow[], after: readonly FrameRow[], columns: number): string {
  const changes: RowChange[] = [];
  after.forEach((row, y) => {
    const was = known[y];
    if (was?.key !== row.key) changes.push(rowChange(was?.cells(), row.cells(), y, columns));
  });
  const rowByRow = changes.map(({ bytes }) => bytes).join('');
  const free = changes.flatMap(({ runs }) => runs ?? []);
  if (free.length < fewRuns) return rowByRow;
  const bound = changes.flatMap(({ bytes, runs }) => (runs ? [] : [bytes]));
  const lookByLook = bound.join('') + runsByLook(free);
  return Buffer.byteLength(lookByLook) < Buffer.byteLength(rowByRow) ? lookByLook : rowByRow;
}

/** Fewer are as soon written row by row. */
const fewRuns = 4;
const blank: FrameRow = { key: '', cells: () => blankRow };
