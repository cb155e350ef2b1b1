/** The whole screen: header, banner, prompt, bordered body, foot. Never higher than the terminal. */
import { Box } from 'ink';
import { memo, type ReactNode } from 'react';
import { bottomBorder, topBorder } from './border.ts';
import { cut, fit } from './cells.ts';
import { Foot, type FootProps } from './foot.tsx';
import type { FrameLayout } from './frame-layout.ts';
import { Header, type HeaderProps } from './header.tsx';
import { Lines } from './lines.tsx';
import { Prompt, type PromptProps } from './prompt.tsx';
import type { StyledLine } from './styled-line.ts';
import { useUi } from './ui-context.tsx';

export interface FrameProps {
  readonly columns: number;
  readonly rows: number;
  readonly layout: FrameLayout;
  readonly header: Omit<HeaderProps, 'form' | 'width' | 'height'>;
  readonly banner: string | undefined;
  readonly prompt: Omit<PromptProps, 'boxed' | 'width'> | undefined;
  readonly title: StyledLine;
  readonly foot: Omit<FootProps, 'width'>;
  readonly children: ReactNode;
}

export function Frame({ columns, rows, layout, header, banner, prompt, title, foot, children }: FrameProps) {
  const ui = useUi();
  if (layout.tooSmall) return <TooSmall columns={columns} rows={rows} />;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {layout.headerRows === 0 ? null : (
        <Header {...header} form={layout.header} width={columns} height={layout.headerRows} />
      )}
      {banner === undefined ? null : (
        <Lines
          lines={[ui.theme.paint('banner', fit(` ${banner}`, columns, 'left', 'end', ui.glyphs.ellipsis))]}
          width={columns}
          height={1}
        />
      )}
      {prompt ? <Prompt {...prompt} boxed={layout.promptBoxed} width={columns} /> : null}
      {layout.bordered ? <Lines lines={[topBorder(title, columns, ui)]} width={columns} height={1} /> : null}
      <Box width={columns} height={layout.body.height} flexShrink={0}>
        {layout.bordered ? <Side height={layout.body.height} /> : null}
        <Box width={layout.body.width} height={layout.body.height} flexDirection="column" flexShrink={0}>
          {children}
        </Box>
        {layout.bordered ? <Side height={layout.body.height} /> : null}
      </Box>
      {layout.bordered ? <Lines lines={[bottomBorder(columns, ui)]} width={columns} height={1} /> : null}
      <Foot {...foot} width={columns} />
    </Box>
  );
}

const Side = memo(function Side({ height }: { readonly height: number }) {
  const { theme, glyphs } = useUi();
  const line = theme.paint('border', glyphs.vertical);
  return <Lines lines={Array<string>(height).fill(line)} width={1} height={height} />;
});

/** Stays alive and says what is wrong, down to a handful of cells. */
function TooSmall({ columns, rows }: { readonly columns: number; readonly rows: number }) {
  const lines = ['terminal too small', `${columns}x${rows}, needs 60x15`, 'q quits'].map((line) =>
    cut(line, columns, 'end', ''),
  );
  return <Lines lines={lines} width={columns} height={Math.max(1, Math.min(rows, 3))} />;
}
