/** The visible part of a laid-out text. */
import { Lines } from './lines.tsx';
import type { Layout, ScrollState } from './scroll-state.ts';
import { cropLine, paintLine } from './styled-line.ts';
import { useUi } from './ui-context.tsx';

export interface ScrollTextProps {
  readonly layout: Layout;
  readonly state: ScrollState;
  readonly width: number;
  readonly height: number;
}

export function ScrollText({ layout, state, width, height }: ScrollTextProps) {
  const { theme } = useUi();
  const rows = layout.rows.slice(state.top, state.top + height);
  const lines = rows.map((row) => paintLine(cropLine(row, state.wrap ? 0 : state.left, width), theme));
  return <Lines lines={lines} width={width} height={height} />;
}
