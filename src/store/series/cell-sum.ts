/** Segments added up key by key: ten seconds in one. */
import { createDenseSketch, type DenseSketch } from '../../domain/sketch/dense-sketch.ts';
import { type CellShape, createCell, createCellWriter, mostCellBytes, readCell } from './cells.ts';
import type { Segment } from './history.ts';

export interface CellSum {
  /** Segments in the order of time: of `lasts` the latest known counts. */
  add(segment: Segment): void;
  take(): Segment;
}

interface Entry {
  readonly sums: Float64Array;
  readonly lasts: Float64Array;
  sketch: DenseSketch | undefined;
}

export function createCellSum(shape: CellShape): CellSum {
  const entries = new Map<number, Entry>();
  const cell = createCell(shape);
  return {
    add({ bytes }) {
      for (let at = 0; at < bytes.length; ) {
        at = readCell(bytes, at, cell);
        let entry = entries.get(cell.key);
        if (!entry) {
          entry = {
            sums: new Float64Array(shape.sums),
            lasts: new Float64Array(shape.lasts).fill(Number.NaN),
            sketch: undefined,
          };
          entries.set(cell.key, entry);
        }
        for (let i = 0; i < shape.sums; i += 1) entry.sums[i] = (entry.sums[i] ?? 0) + (cell.sums[i] ?? 0);
        for (let i = 0; i < shape.lasts; i += 1) {
          const value = cell.lasts[i] ?? Number.NaN;
          if (!Number.isNaN(value)) entry.lasts[i] = value;
        }
        if (cell.sketchTo > cell.sketchFrom) {
          entry.sketch ??= createDenseSketch();
          entry.sketch.put(bytes, cell.sketchFrom, cell.sketchTo, 1);
        }
      }
    },
    take() {
      const writer = createCellWriter();
      for (const [key, { sums, lasts, sketch }] of entries) {
        const encoded = sketch?.encode();
        writer.write(key, sums, lasts, encoded && encoded.length < mostCellBytes - 200 ? encoded : undefined);
      }
      entries.clear();
      return { agent: -1, cells: writer.cells, bytes: writer.take() };
    },
  };
}
