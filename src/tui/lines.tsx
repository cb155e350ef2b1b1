/** Painted lines, one after the other, keyed by where they stand: a row that moves is a text change, never a remount. */
import { Box, Text } from 'ink';
import { memo, useContext, useInsertionEffect, useState } from 'react';
import { StandInContext, type StandIns } from './paint/stand-ins.ts';

const Line = memo(function Line({ text }: { readonly text: string }) {
  const standIns = useContext(StandInContext);
  if (!standIns) return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
  return <StandIn standIns={standIns} text={text} />;
});

/** One character that the painter takes for the line. Ink sees no change when the line changes, and has nothing to measure. */
function StandIn({ standIns, text }: { readonly standIns: StandIns; readonly text: string }) {
  const [character] = useState(standIns.claim);
  // Insertion effects run before Ink writes the frame; layout effects would be too late for it.
  useInsertionEffect(() => standIns.set(character, text), [standIns, character, text]);
  useInsertionEffect(() => () => standIns.release(character), [standIns, character]);
  return <Text>{character}</Text>;
}

/**
 * Exactly `height` lines; missing ones are blank, surplus ones are not painted. Not clipped: the caller sees to it that no line is
 * wider than `width`.
 */
export function Lines({
  lines,
  width,
  height,
}: {
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}) {
  const slots = Array.from({ length: Math.max(0, height) }, (_, slot) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the slot is the identity
    <Line key={slot} text={lines[slot] ?? ''} />
  ));
  return (
    <Box flexDirection="column" width={width} height={Math.max(0, height)} flexShrink={0}>
      {slots}
    </Box>
  );
}
