/** Any content of known height behind a window of fewer rows. */
import { Box } from 'ink';
import type { ReactNode } from 'react';
import { CutOffContext } from './lines.tsx';

export interface ScrollBoxProps {
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly children: ReactNode;
}

export function ScrollBox({ top, width, height, children }: ScrollBoxProps) {
  return (
    <CutOffContext value={true}>
      <Box width={width} height={height} overflow="hidden" contentOffsetY={top} flexDirection="column">
        {children}
      </Box>
    </CutOffContext>
  );
}
