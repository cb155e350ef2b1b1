/** Painted lines, one memoised `<Text>` each, keyed by where they stand: a row that moves is a text change, never a remount. */
import { Box, Text } from 'ink';
import { memo } from 'react';

const Line = memo(function Line({ text }: { readonly text: string }) {
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});

/**
 * Exactly `height` lines; missing ones are blank, surplus ones are not painted. Not clipped, because clipping makes Ink take every
 * line apart twice: the caller sees to it that no line is wider than `width`.
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
