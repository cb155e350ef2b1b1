/** `?`: every key of the screen below and of the app, from the action tables. */
import { type ActionGroup, groupActions } from '../../tui/actions.ts';
import { cellWidth, fit } from '../../tui/cells.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Action } from '../../tui/view.ts';
import { createTextView } from '../text-view.tsx';
import type { View, ViewContext } from '../view.ts';

/** `about` names the screen whose actions these are. */
export function createHelpView(context: ViewContext, about: string, actions: readonly Action[]): View {
  const groups = groupActions(actions);
  let laidOut: { width: number; lines: readonly StyledLine[] } | undefined;
  return createTextView(context, {
    id: 'help',
    crumb: 'help',
    heading: () => [span('help', 'title'), span('('), span(about, 'titleScope'), span(')')],
    lines: (width) => {
      if (laidOut?.width !== width) laidOut = { width, lines: helpLines(groups, width) };
      return laidOut.lines;
    },
  });
}

const columnGap = 3;

/** The groups side by side in as many columns as fit, like k9s; below each other on a narrow screen. */
function helpLines(groups: readonly ActionGroup[], width: number): readonly StyledLine[] {
  const blocks = groups.map(blockOf);
  const blockWidth = Math.max(...blocks.map(({ width: cells }) => cells));
  const columns = Math.max(1, Math.floor((width - 1) / (blockWidth + columnGap)));
  const stacks: StyledLine[][] = Array.from({ length: columns }, () => []);
  for (const { lines } of blocks) {
    const shortest = stacks.reduce((least, stack) => (stack.length < least.length ? stack : least));
    if (shortest.length > 0) shortest.push([]);
    shortest.push(...lines);
  }
  const height = Math.max(...stacks.map((stack) => stack.length));
  return Array.from({ length: height }, (_, row) => [
    span(' '),
    ...stacks.flatMap((stack) => padded(stack[row] ?? [], blockWidth + columnGap)),
  ]);
}

function blockOf({ title, entries }: ActionGroup): { readonly lines: readonly StyledLine[]; readonly width: number } {
  const keyWidth = Math.max(...entries.map(({ keys }) => cellWidth(keys)));
  const titleWidth = Math.max(...entries.map((entry) => cellWidth(entry.title)));
  const lines: StyledLine[] = [
    [span(title.toUpperCase(), 'section')],
    ...entries.map((entry): StyledLine => [span(fit(entry.keys, keyWidth), 'key'), span('  '), span(entry.title)]),
  ];
  return { lines, width: Math.max(keyWidth + 2 + titleWidth, cellWidth(title)) };
}

function padded(line: StyledLine, width: number): StyledLine {
  const taken = line.reduce((sum, { text }) => sum + cellWidth(text), 0);
  return [...line, span(' '.repeat(Math.max(0, width - taken)))];
}
