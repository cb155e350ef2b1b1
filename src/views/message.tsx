/** A few lines in the middle of an empty screen. */
import { cellWidth, cut } from '../tui/cells.ts';
import { Lines } from '../tui/lines.tsx';
import type { Token } from '../tui/theme.ts';
import { useUi } from '../tui/ui-context.tsx';
import type { Area } from '../tui/view.ts';

export interface MessageProps {
  readonly lines: readonly string[];
  readonly area: Area;
  readonly token?: Token;
}

export function Message({ lines, area, token = 'muted' }: MessageProps) {
  const { theme, glyphs } = useUi();
  const above = Math.max(0, Math.floor((area.height - lines.length) / 2));
  const centred = lines.map((line, i) => {
    const text = cut(line, area.width, 'end', glyphs.ellipsis);
    const before = ' '.repeat(Math.max(0, Math.floor((area.width - cellWidth(text)) / 2)));
    return before + theme.paint(i === 0 ? token : 'muted', text);
  });
  return <Lines lines={[...Array<string>(above).fill(''), ...centred]} width={area.width} height={area.height} />;
}
