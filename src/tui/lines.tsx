/** Painted lines, one below the other. */
import { Box, Text } from 'ink';
import { createContext, memo, useContext, useInsertionEffect, useState } from 'react';
import { StandInContext, type StandIns } from './paint/stand-ins.ts';

/** true = the lines may be cut off above or below by Ink (scroll-box.tsx): each then travels for itself. */
export const CutOffContext = createContext(false);

export interface LinesProps {
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

/**
 * Exactly `height` lines; missing ones are blank, surplus ones are not painted. Not clipped: the caller sees to it that no line is
 * wider than `width`.
 */
export function Lines({ lines, width, height }: LinesProps) {
  const standIns = useContext(StandInContext);
  const isCutOff = useContext(CutOffContext);
  const shown = exactly(lines, Math.max(0, height));
  if (standIns && !isCutOff) return <Block standIns={standIns} lines={shown} width={width} />;
  const slots = shown.map((line, slot) =>
    standIns ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the slot is the identity
      <Block key={slot} standIns={standIns} lines={[line]} width={width} />
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the slot is the identity
      <Line key={slot} text={line} />
    ),
  );
  return (
    <Box flexDirection="column" width={width} height={shown.length} flexShrink={0}>
      {slots}
    </Box>
  );
}

const Line = memo(function Line({ text }: { readonly text: string }) {
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});

interface BlockProps {
  readonly standIns: StandIns;
  readonly lines: readonly string[];
  readonly width: number;
}

/** One character that the painter takes for all the lines. Ink sees no change when they change, and has nothing to measure. */
function Block({ standIns, lines, width }: BlockProps) {
  const [character] = useState(standIns.claim);
  // Insertion effects run before Ink writes the frame; layout effects would be too late for it.
  useInsertionEffect(() => standIns.set(character, lines), [standIns, character, lines]);
  useInsertionEffect(() => () => standIns.release(character), [standIns, character]);
  return (
    <Box width={width} height={lines.length} flexShrink={0}>
      {lines.length === 0 ? null : <Text>{character}</Text>}
    </Box>
  );
}

function exactly(lines: readonly string[], height: number): readonly string[] {
  if (lines.length === height) return lines;
  return Array.from({ length: height }, (_, i) => lines[i] ?? '');
}
