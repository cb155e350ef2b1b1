/** A small table in full, with lines around every cell (ink-table). For a handful of rows: it measures and paints all of them. */
import { Box, Text } from 'ink';
import { Table } from 'ink-table';
import type { ReactNode } from 'react';
import type { Align } from './cells.ts';
import { withoutStandIns } from './paint/stand-ins.ts';
import { useUi } from './ui-context.tsx';

export interface SmallTableProps {
  readonly columns: readonly { readonly title: string; readonly align: Align }[];
  /** Cells in column order, free of control characters and not wider than they are long. */
  readonly rows: readonly (readonly string[])[];
}

/** Rows of the screen a small table takes. */
export function smallTableHeight(rows: number): number {
  return 3 + 2 * rows;
}

export function SmallTable({ columns, rows }: SmallTableProps) {
  const { theme, glyphs } = useUi();
  const data = rows.map((row) => Object.fromEntries(columns.map(({ title }, i) => [title, row[i] ?? ''])));
  const Heading = ({ children }: { children?: ReactNode }) => <Text>{theme.paint('head', textOf(children))}</Text>;
  const Cell = ({ children }: { children?: ReactNode }) => <Text>{textOf(children)}</Text>;
  const Skeleton = ({ children }: { children?: ReactNode }) => {
    return <Text>{theme.paint('border', glyphs.ascii ? asciiLines(textOf(children)) : textOf(children))}</Text>;
  };
  return (
    <Box flexShrink={0} height={smallTableHeight(rows.length)}>
      <Table
        data={data}
        columns={columns.map(({ title, align }) => ({ key: title, align }))}
        padding={1}
        header={Heading}
        cell={Cell}
        skeleton={Skeleton}
      />
    </Box>
  );
}

function textOf(children: ReactNode): string {
  return typeof children === 'string' ? withoutStandIns(children) : '';
}

function asciiLines(text: string): string {
  return text
    .replaceAll('─', '-')
    .replaceAll('│', '|')
    .replace(/[┌┐└┘├┤┬┴┼]/g, '+');
}
