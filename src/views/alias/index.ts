import { type StyledLine, span } from '../../tui/styled-line.ts';
import { createTextView } from '../text-view.tsx';
import type { ViewSpec } from '../view.ts';
import { wrapWords } from '../wrap-words.ts';

/** `:alias`: what the command line understands. */
export const aliasSpec: ViewSpec = {
  id: 'alias',
  aliases: ['aliases', 'a', 'commands'],
  doc: 'The commands and their other names.',
  create(context) {
    const commands = [...context.specs, { id: 'quit', aliases: ['q', 'exit'], doc: 'Leave.' }].map(
      ({ id, aliases, doc }) => ({ name: `:${id}`, also: aliases.map((alias) => `:${alias}`).join(' '), doc }),
    );
    const nameWidth = Math.max(7, ...commands.map(({ name }) => name.length)) + 2;
    const alsoWidth = Math.max(4, ...commands.map(({ also }) => also.length)) + 2;
    const layOut = (width: number): readonly StyledLine[] => [
      [span(` ${'COMMAND'.padEnd(nameWidth)}${'ALSO'.padEnd(alsoWidth)}WHAT IT SHOWS`, 'head')],
      ...commands.flatMap(({ name, also, doc }) =>
        wrapWords(doc, width - 1 - nameWidth - alsoWidth).map(
          (words, i): StyledLine => [
            span(` ${(i === 0 ? name : '').padEnd(nameWidth)}`, 'key'),
            span((i === 0 ? also : '').padEnd(alsoWidth), 'muted'),
            span(words),
          ],
        ),
      ),
    ];
    let known = { width: -1, lines: [] as readonly StyledLine[] };
    return createTextView(context, {
      id: 'alias',
      crumb: 'alias',
      heading: () => [span('commands', 'title')],
      lines: (width) => {
        if (known.width !== width) known = { width, lines: layOut(width) };
        return known.lines;
      },
    });
  },
};
