/** A window on a long list. The caller says which rows are in it; nothing else is looked at. */
import { useMemo } from 'react';
import { Lines } from './lines.tsx';
import { headLine, type TableColumn } from './table-line.ts';
import { useUi } from './ui-context.tsx';

export interface TableProps {
  readonly columns: readonly TableColumn[];
  /** Index of the column under the cursor. */
  readonly current: number | undefined;
  /** Painted rows, at most `height - 1`; see table-line.ts. */
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

export function Table({ columns, current, lines, width, height }: TableProps) {
  const ui = useUi();
  const head = useMemo(() => headLine(columns, current, ui), [columns, current, ui]);
  return <Lines lines={[head, ...lines]} width={width} height={height} />;
}
